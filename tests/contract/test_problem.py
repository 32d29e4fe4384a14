"""The problem document: RFC 9457, with nothing of the input but a field's name."""

import json
import re
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from fastapi import HTTPException
from pydantic import AfterValidator, ByteSize, Field, ImportString
from pydantic_core import PydanticCustomError

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.errors import pointer, too_large
from lambda_app.contract.problem import InvalidInput, Problem, ProcessingFailed, refusal_in


class NoSuchCustomer(Problem):
    """No customer has this number."""

    status = 404
    type = "https://example.com/no-such-customer"


class Busy(Problem):
    status = 503
    title = "Come back later"
    headers = {"retry-after": "5"}  # noqa: RUF012 (as a person writes it)


class Foreign(Exception):
    """An error of some client, which is no refusal."""

    status_code = 401


def test_a_problem_has_the_members_of_rfc_9457() -> None:
    assert Problem(415, "Send JSON.").document == {
        "type": "about:blank",
        "title": "Unsupported Media Type",
        "status": 415,
        "detail": "Send JSON.",
    }


def test_a_subclass_says_for_all_of_its_instances_what_it_is() -> None:
    assert NoSuchCustomer(detail="There is no customer 17.").document == {
        "type": "https://example.com/no-such-customer",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no customer 17.",
    }
    assert Busy().document == {"type": "about:blank", "title": "Come back later", "status": 503}
    assert Busy().headers == {"retry-after": "5"}
    assert Busy(headers={"retry-after": "9"}).headers == {"retry-after": "9"}


def test_extension_members_stand_beside_the_standard_ones_and_cannot_forge_the_status() -> None:
    problem = Problem(409, "Taken.", members={"number": 17, "status": 200})
    assert problem.document == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "Taken.",
        "number": 17,
    }


@pytest.mark.parametrize("status", [0, 200, 399, 600])
def test_a_status_that_is_no_error_is_refused(status: int) -> None:
    with pytest.raises(ValueError, match=f"a problem's status is from 400 to 599, not {status}"):
        Problem(status)


def test_the_text_of_a_problem_is_its_document() -> None:
    expected = '{"type":"about:blank","title":"Internal Server Error","status":500}'
    assert str(ProcessingFailed(ValueError("secret"))) == expected


def test_a_status_that_has_no_title_here_is_an_error() -> None:
    assert Problem(599).document == {"type": "about:blank", "title": "Error", "status": 599}


def test_what_json_has_no_form_for_is_written_as_text() -> None:
    written = Problem(400, "\ud800", members={"path": re.compile("a")}).json()
    assert json.loads(written)["detail"] == "\ud800"
    assert json.loads(written)["path"] == "re.compile('a')"


def test_of_more_than_20_errors_20_are_listed_and_all_are_counted() -> None:
    errors = [{"pointer": f"#/{number}", "code": "extra_forbidden", "detail": "No"} for number in range(21)]
    problem = InvalidInput(422, errors=errors)
    assert problem.document["errors"] == errors[:20]
    assert problem.document["errorCount"] == 21
    assert problem.line.endswith("#/19: extra_forbidden: No; 1 more")
    assert "errorCount" not in InvalidInput(422, errors=errors[:20]).document


def test_a_problem_is_told_in_one_line() -> None:
    assert too_large(1_048_576).line == "The input is larger than 1,048,576 bytes."
    assert Problem(500).line == "Internal Server Error"
    assert Busy().line == "Come back later"
    parameter = {"parameter": "q", "code": "missing", "detail": "Field required"}
    assert InvalidInput(errors=[parameter]).line == "parameter q: missing: Field required"


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


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (HTTPException(404), {"type": "about:blank", "title": "Not Found", "status": 404}),
        (HTTPException(413), {"type": "about:blank", "title": "Content Too Large", "status": 413}),
        (HTTPException(404, "Gone."), {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "Gone."}),
        (HTTPException(409, {"a": 1}), {"type": "about:blank", "title": "Conflict", "status": 409, "a": 1}),
        (
            HTTPException(418, ["a", {"b": None}]),
            {"type": "about:blank", "title": "I'm a Teapot", "status": 418, "detail": '["a",{"b":null}]'},
        ),
        (NoSuchCustomer(), NoSuchCustomer().document),
        (HTTPException(204), None),
        (ValueError("a"), None),
        (Foreign(), None),
    ],
)
def test_a_refusal_is_a_problem_or_an_http_exception(error: Exception, expected: dict[str, object] | None) -> None:
    refusal = refusal_in(error)
    assert (refusal.document if refusal else None) == expected


class Cat(Document):
    kind: Literal["cat"]


class Dog(Document):
    kind: Literal["dog"]


def shout(value: Any) -> Any:
    raise ValueError(f"{value} is too quiet")


def insist(value: int) -> int:
    if value < 1_000_000:
        raise AssertionError("Too few.")
    return value


def complain(value: object) -> object:
    raise PydanticCustomError("odd", "{value} is odd", {"value": str(value)})


def compare(value: dict[str, list[str]]) -> dict[str, list[str]]:
    raise ValueError(f"{value['names'][0]} is taken")


class Strict(Document):
    identifier: UUID
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]
    address: IPv4Address
    network: IPv4Network
    size: ByteSize
    module: ImportString[Any]
    loud: Annotated[str, AfterValidator(shout)]
    many: Annotated[int, AfterValidator(insist)]
    odd: Annotated[bool | int, AfterValidator(complain)]
    taken: Annotated[dict[str, list[str]], AfterValidator(compare)]
    null: Annotated[int | None, AfterValidator(complain)]


def accept(request: Strict) -> Strict:
    return request


def test_a_problem_repeats_no_value_of_the_input() -> None:
    document = {
        "identifier": "s3cret",
        "pet": {"kind": "s3cret"},
        "address": "s3cret",
        "network": "10.33.0.1/8",
        "size": "12s3cret",
        "module": "s3cret.s3cret",
        "loud": "s3cret",
        "many": 1,
        "odd": 31337,
        "taken": {"names": ["s3cret"]},
        "null": None,
    }
    with pytest.raises(InvalidInput) as caught:
        Endpoint(accept).read(document)
    assert "s3cret" not in str(caught.value)
    assert "10.33" not in str(caught.value)
    assert {error["pointer"]: (error["code"], error["detail"]) for error in caught.value.errors} == {
        "#/identifier": ("uuid_parsing", "Input should be a valid UUID"),
        "#/pet": ("union_tag_invalid", "Input should have one of the expected tags"),
        "#/address": ("value_error", "Input is not valid"),
        "#/network": ("value_error", "Input is not valid"),
        "#/size": ("byte_size_unit", "Input should have a unit of bytes"),
        "#/module": ("import_error", "Input should be importable"),
        "#/loud": ("value_error", "Input is not valid"),
        "#/many": ("assertion_error", "Assertion failed, Too few."),
        "#/odd": ("odd", "Input is not valid"),
        "#/taken": ("value_error", "Input is not valid"),
        "#/null": ("odd", "None is odd"),
    }
