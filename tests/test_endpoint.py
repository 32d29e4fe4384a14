"""The reader, and the way from a request document to a response document."""

import json
import logging
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import Field
from sample import document

from lambda_app import endpoint
from lambda_app.cli import main
from lambda_app.endpoint import ENDPOINT, MAX_BYTES, Document, Endpoint
from lambda_app.events import EventHandler
from lambda_app.problem import InvalidInput, ProcessingFailed
from tests.echo import ECHO, EchoRequest
from tests.order import ORDER, OrderRequest, Priority, Size

ORDERED = {"name": "tea", "count": 2}


def codes(value: object, of: Endpoint = ECHO) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        of.read(value)
    return [(error["pointer"], error["code"]) for error in caught.value.errors]


def test_the_shipped_endpoint_answers_its_own_example() -> None:
    answer = ENDPOINT.answer(json.dumps(document(ENDPOINT.request)).encode())
    ENDPOINT.response.model_validate_json(answer)


def test_bytes_and_decoded_values_are_read_alike() -> None:
    value = {**ORDERED, "size": "large", "priority": 2, "due": "2026-11-22", "paid": "1.10", "price": 3}
    expected = OrderRequest(
        name="tea",
        count=2,
        size=Size.LARGE,
        priority=Priority.HIGH,
        due=date(2026, 11, 22),
        paid=Decimal("1.10"),
        price=3.0,
    )
    assert ORDER.read(value) == ORDER.read(json.dumps(value).encode()) == expected


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("count", "1", "int_type"),
        ("count", 1.0, "int_type"),
        ("count", True, "int_type"),
        ("count", 0, "greater_than_equal"),
        ("price", "1", "float_type"),
        ("price", float("nan"), "finite_number"),
        ("price", float("inf"), "finite_number"),
        ("gift", 1, "bool_type"),
        ("size", "medium", "enum"),
        ("due", 20260101, "date_type"),
        ("due", "soon", "date_parsing"),
        ("tags", "a", "list_type"),
        ("colour", "blue", "literal_error"),
    ],
)
def test_types_follow_json(field: str, value: object, code: str) -> None:
    assert codes({**ORDERED, field: value}, ORDER) == [(f"#/{field}", code)]


def test_a_decoded_value_that_json_cannot_write_is_not_json() -> None:
    for value in ({"message": "\ud800"}, {"\ud800": 1}, {"message": object()}, {"message": 10**4999}):
        assert codes(value) == [("#", "json_invalid")]


def test_a_document_of_1_mib_is_read_and_one_byte_more_is_too_large() -> None:
    document_of_a_mib = b'{"message": "a"}'.ljust(MAX_BYTES)
    assert ECHO.answer(document_of_a_mib) == b'{"message":"a"}'
    with pytest.raises(InvalidInput) as caught:
        ECHO.answer(document_of_a_mib + b" ")
    assert caught.value.document == {
        "type": "about:blank",
        "title": "Content Too Large",
        "status": 413,
        "detail": "The input is larger than 1,048,576 bytes.",
    }


@pytest.mark.parametrize("message", ["raise", "exit", "cancelled", "surrogate"])
def test_a_failure_is_told_without_its_cause_which_is_logged(message: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    with pytest.raises(ProcessingFailed) as caught:
        ECHO.answer({"message": message})
    assert caught.value.document == {"type": "about:blank", "title": "Internal Server Error", "status": 500}
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "Traceback" in caplog.text


def test_a_response_is_written_by_its_aliases() -> None:
    order = json.loads(ORDER.answer({**ORDERED, "unit-of-measure": "box"}))["order"]
    assert order["unit-of-measure"] == "box"


@pytest.mark.parametrize(
    ("line", "status", "answer"),
    [
        (b'{"message": "a"}', 200, b'{"message":"a"}'),
        (b'{"message": "a"}\r', 200, b'{"message":"a"}'),
        (b'{"message": "raise"}', 500, b'{"type":"about:blank","title":"Internal Server Error","status":500}'),
    ],
)
def test_a_line_is_answered_with_a_response_or_a_problem(line: bytes, status: int, answer: bytes) -> None:
    assert ECHO.answer_line(line) == (status, answer)


class Aliased(Document):
    total: Annotated[float, Field(alias="theTotal")]


def test_a_response_may_be_given_by_name_and_is_written_by_alias(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "ProcessResponse", Aliased)
    monkeypatch.setattr(endpoint, "FIRST_FIELD", "total")
    for answer in (1.0, {"total": 1.0}, {"theTotal": 1.0}):
        monkeypatch.setattr(endpoint, "process", lambda answer=answer, **_: answer)
        written = ENDPOINT.function(ENDPOINT.read(document(ENDPOINT.request)))
        assert written.model_dump_json(by_alias=True) == '{"theTotal":1.0}'


class Deep(Document):
    value: Any


def deep(_: EchoRequest) -> Deep:
    value: list[object] = []
    for _number in range(205):
        value = [value]
    return Deep(value=value)


def test_an_answer_that_is_nested_too_deeply_to_be_read_again_ends_in_a_named_error(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    nested = Endpoint(deep, EchoRequest, Deep)
    with pytest.raises(ProcessingFailed):
        EventHandler(nested)({"message": "a"}, None)
    assert main(["a"], nested) == 0
    assert capfdbinary.readouterr().out.startswith(b'{"value":[[[')
