"""What every test of the template has around it."""

import pytest

from tests.conftest import fresh_log_records, fresh_settings, only_what_is_measured, unfrozen_objects

__all__ = ["fresh_log_records", "fresh_settings", "only_what_is_measured", "unfrozen_objects"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure none of them: the tests that a project keeps run all of the code."""
    for item in items:
        if item.nodeid.startswith("workshop/"):
            item.add_marker("unmeasured")
