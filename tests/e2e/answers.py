"""The answers that stand beside the events of aws_lambda_events."""

from typing import Any

from envelopes import EVENTS, read_answer
from processes import Answer
from recording import recorded
from varying import agrees

NAMES = sorted(path.name.removesuffix(".answer.json") for path in EVENTS.glob("*.answer.json"))


def assert_answer(name: str, document: Any) -> None:
    """Assert that an event was answered as it stands beside it."""
    expected = read_answer(name)
    answer = recorded(Answer("error" if "errorType" in document else "response", document))
    assert agrees(expected, answer), f"{name} was answered with {answer}, and not with {expected}"
