"""aws_lambda_events: every file gets the answer that lies beside it."""

import json
from pathlib import Path

import pytest
from examples import EVENTS, recorded, write_events, write_messages
from processes import ROOT, LambdaRuntime

from lambda_app.aws_lambda import handler
from lambda_app.events import UnsupportedEvent
from lambda_app.problem import InvalidInput, ProcessingFailed

FILES = sorted(path for path in EVENTS.glob("*.json") if not path.name.endswith(".answer.json"))
GENERATED = json.loads((ROOT / "tests" / "generated_events.json").read_text())


def test_every_event_has_its_answer_beside_it() -> None:
    answers = sorted(path.name for path in EVENTS.glob("*.answer.json"))
    assert answers == [f"{path.stem}.answer.json" for path in FILES]


def test_every_event_gets_its_answer_from_the_runtime_client() -> None:
    with LambdaRuntime("lambda_app.aws_lambda.handler") as runtime:
        answers = {path.stem: recorded(runtime.invoke(path.read_bytes())) for path in FILES}
    assert answers == {path.stem: json.loads(path.with_suffix(".answer.json").read_text()) for path in FILES}


def test_the_examples_are_written_as_they_are_committed(tmp_path: Path) -> None:
    for path in FILES:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    write_events(tmp_path)
    write_messages(tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        path.name: path.read_text() for path in EVENTS.glob("*.json*")
    }


@pytest.mark.parametrize("name", GENERATED)
def test_every_event_that_sam_generates_ends_in_an_answer_or_a_named_error(name: str) -> None:
    try:
        answer = handler(GENERATED[name], None)
    except (InvalidInput, ProcessingFailed, UnsupportedEvent):
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
        except (InvalidInput, ProcessingFailed):
            refused[name] = "read as a document"
    assert refused == json.loads((ROOT / "tests" / "generated_events.refused.json").read_text())
