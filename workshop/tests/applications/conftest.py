"""Let pytest show what differs where a helper asserts."""

import pytest

pytest.register_assert_rewrite("workshop.tests.applications.checks", "workshop.tests.applications.web")
