"""docs/operate.md: what it says of the stack."""

import re

import pytest
from processes import ROOT

from tests.e2e.stack import Json, Stack
from tests.e2e.test_template_operation import WATCHED

pytestmark = pytest.mark.e2e


def test_the_page_on_operation_explains_every_alarm(template: Json) -> None:
    page = (ROOT / "docs" / "operate.md").read_text()
    explained = set(re.findall(r"^\| `(\w+Alarm)` \|", page, re.MULTILINE))
    assert explained == Stack(template, **WATCHED).of_type("CloudWatch::Alarm").keys()
