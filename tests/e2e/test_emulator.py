"""The Lambda door of the image, behind AWS's emulator alone."""

import pytest
from envelopes import EVENTS

from tests.e2e.answers import NAMES, assert_answer
from tests.e2e.tools import Emulator


@pytest.mark.parametrize("name", NAMES)
def test_it_answers_the_event(name: str, emulator: Emulator) -> None:
    assert_answer(name, emulator.invoke((EVENTS / f"{name}.json").read_bytes()))


def test_it_says_which_door_was_opened(emulator: Emulator) -> None:
    emulator.invoke(b"{}")
    assert "lambda_app: the Lambda function lambda_app.aws_lambda.http.handler" in emulator.log().splitlines()
