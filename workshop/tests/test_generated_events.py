"""Every event that SAM CLI can make ends in an answer or a named error."""

import json
from pathlib import Path

import pytest

from lambda_app.aws_lambda.http import handler
from lambda_app.aws_lambda.kinds import UnsupportedEvent
from lambda_app.contract.problem import Problem

HERE = Path(__file__).parent
GENERATED = json.loads((HERE / "generated_events.json").read_text())


@pytest.mark.parametrize("name", GENERATED)
def test_every_event_that_sam_generates_ends_in_an_answer_or_a_named_error(name: str) -> None:
    try:
        answer = handler(GENERATED[name], None)
    except (Problem, UnsupportedEvent):
        return
    assert isinstance(answer, dict)
    assert "batchItemFailures" in answer or answer["statusCode"] == 404


def test_what_sam_generates_for_an_unsupported_service_is_named() -> None:
    refused = {}
    for name, generated in GENERATED.items():
        try:
            handler(generated, None)
        except UnsupportedEvent as error:
            refused[name] = str(error).removeprefix("This function does not serve ")
        except Problem:
            refused[name] = "read as a document"
    assert refused == json.loads((HERE / "generated_events.refused.json").read_text())
