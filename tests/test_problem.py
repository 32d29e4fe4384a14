"""The problem document: RFC 9457, with nothing of the input but a field's name."""

import json
from typing import Annotated, Literal
from uuid import UUID

import pytest
from pydantic import Field

from lambda_app.endpoint import Document, Endpoint, too_large
from lambda_app.problem import InvalidInput, Problem, ProcessingFailed, pointer


class Cat(Document):
    kind: Literal["cat"]


class Dog(Document):
    kind: Literal["dog"]


class Strict(Document):
    identifier: UUID
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]


def accept(request: Strict) -> Strict:
    return request


def test_a_problem_has_the_members_of_rfc_9457() -> None:
    assert Problem(415, "Send JSON.").document == {
        "type": "about:blank",
        "title": "Unsupported Media Type",
        "status": 415,
        "detail": "Send JSON.",
    }


def test_the_text_of_a_problem_is_its_document() -> None:
    assert str(ProcessingFailed()) == '{"type":"about:blank","title":"Internal Server Error","status":500}'


def test_a_status_that_has_no_title_here_is_an_error() -> None:
    assert Problem(599).document == {"type": "about:blank", "title": "Error", "status": 599}


def test_of_more_than_20_errors_20_are_listed_and_all_are_counted() -> None:
    errors = [{"pointer": f"#/{number}", "code": "extra_forbidden", "detail": "No"} for number in range(21)]
    problem = InvalidInput(422, errors=errors)
    assert problem.document["errors"] == errors[:20]
    assert problem.document["errorCount"] == 21
    assert problem.line.endswith("#/19: extra_forbidden: No; 1 more")
    assert "errorCount" not in InvalidInput(422, errors=errors[:20]).document


def test_a_problem_without_errors_is_one_line_all_the_same() -> None:
    assert too_large().line == "The input is larger than 1,048,576 bytes."
    assert ProcessingFailed().line == "Internal Server Error"


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ((), "#"),
        (("a", 0, "b"), "#/a/0/b"),
        (("~/",), "#/~0~1"),
        (("a b%",), "#/a%20b%25"),
        (("é\n",), "#/%C3%A9%0A"),
        (("",), "#/"),
        (("x" * 65,), f"#/{'x' * 64}"),
        # Cut before an escape that would pass 64 characters, never inside it.
        (("x" * 63 + "/",), f"#/{'x' * 63}"),
        (("é" * 64,), f"#/{'%C3%A9' * 10}"),
    ],
)
def test_a_pointer_is_a_json_pointer_in_a_uri_fragment(location: tuple[str | int, ...], expected: str) -> None:
    assert pointer(location) == expected


def test_a_problem_repeats_no_value_of_the_input() -> None:
    secret = "s3cret"  # noqa: S105 (it stands for one)
    status, line = Endpoint(accept, Strict, Strict).answer_line(
        json.dumps({"identifier": secret, "pet": {"kind": secret}}).encode()
    )
    assert status == 422
    assert secret not in line.decode()
    assert json.loads(line)["errors"] == [
        {"pointer": "#/identifier", "code": "uuid_parsing", "detail": "Input should be a valid UUID"},
        {"pointer": "#/pet", "code": "union_tag_invalid", "detail": "Input should have one of the expected tags"},
    ]
