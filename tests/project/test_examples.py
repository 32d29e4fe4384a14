"""aws_lambda_events: every file gets the answer that lies beside it."""

from pathlib import Path

import pytest
from envelopes import EVENTS, http_api, read_answer, read_event
from examples import OPENAPI
from processes import LambdaRuntime
from recording import dump, recorded, write_events, write_messages
from run import HANDLER
from varying import VARIES, agrees, steady

from lambda_app.app import app
from lambda_app.aws_lambda.http import handler

NAMES = sorted(path.stem for path in EVENTS.glob("*.json") if not path.name.endswith(".answer.json"))


def test_every_event_has_its_answer_beside_it() -> None:
    answers = sorted(path.name for path in EVENTS.glob("*.answer.json"))
    assert answers == [f"{name}.answer.json" for name in NAMES]


def test_every_event_gets_its_answer_from_the_runtime_client() -> None:
    with LambdaRuntime(HANDLER) as runtime:
        answers = {name: recorded(runtime.invoke(read_event(name))) for name in NAMES}
    assert {name: answer for name, answer in answers.items() if not agrees(read_answer(name), answer)} == {}


def test_a_handler_in_this_process_gives_the_same_answer() -> None:
    assert agrees(read_answer("event"), handler(read_event("event"), None))


def test_the_examples_are_written_as_they_are_committed(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / f"{name}.json").write_bytes((EVENTS / f"{name}.json").read_bytes())
    write_events(tmp_path)
    write_messages(tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        path.name: path.read_text() for path in EVENTS.glob("*.json*")
    }


def test_the_openapi_document_of_the_repository_is_the_application_s() -> None:
    assert OPENAPI.read_text() == dump(app.openapi())


def test_an_event_can_ask_another_endpoint() -> None:
    event = http_api("quote", {"count": 1})
    context = event["requestContext"]["http"]
    assert (event["rawPath"], event["body"], event["headers"]["content-length"], event["pathParameters"]) == (
        *("/quote", '{"count": 1}', "12"),
        {"proxy": "quote"},
    )
    assert (context["method"], context["path"]) == ("POST", "/quote")


FIRST = {"id": 1, "lines": ["a", 2], "body": '{"now":"10:00","ok":true}', "text": "one"}
SECOND = {"id": 2, "lines": ["a", 3], "body": '{"now":"10:01","ok":true}', "text": "two"}
SHOWN = {"id": VARIES, "lines": ["a", VARIES], "body": f'{{"now":"{VARIES}","ok":true}}', "text": VARIES}


def test_what_differs_from_one_call_to_the_next_is_not_shown() -> None:
    assert steady(FIRST, SECOND) == SHOWN
    assert steady(FIRST, FIRST) == FIRST
    assert steady([1], [1, 2]) == VARIES
    assert steady({"a": 1}, {"b": 1}) == VARIES


@pytest.mark.parametrize(
    ("answer", "is_shown"),
    [
        (FIRST, True),
        (SECOND, True),
        (FIRST | {"lines": ["b", 2]}, False),
        (FIRST | {"lines": ["a"]}, False),
        (FIRST | {"body": '{"now":"10:00","ok":false}'}, False),
        (FIRST | {"body": "no JSON"}, False),
        ({}, False),
        ("text", False),
    ],
)
def test_what_varies_is_not_compared_and_all_else_is(answer: object, is_shown: bool) -> None:  # noqa: FBT001 (a case)
    assert agrees(SHOWN, answer) is is_shown
