"""Documents above 8,192 bytes: read as small ones are, and refused at a small cost, on added routes too."""

import gc
import json
import tracemalloc
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from starlette.testclient import TestClient
from typing_extensions import TypedDict

from lambda_app.contract.document import MAX_SMALL, Document, Reader
from lambda_app.contract.problem import InvalidInput
from lambda_app.rest.application import Application

MIB = 1_048_576


class Colour(Enum):
    RED = "red"


class Shade(Enum):
    DARK = "dark"

    @classmethod
    def _missing_(cls, value: object) -> "Shade | None":
        return cls.DARK if isinstance(value, str) else None


class Cat(Document):
    kind: Literal["cat"]
    lives: int


class Dog(Document):
    kind: Literal["dog"]
    name: str = "rex"


class Size(TypedDict):
    width: int


@dataclass
class Point:
    x: int


def even(value: int) -> int:
    if value % 2:
        raise ValueError("must be even")
    return value


def told(value: str) -> str:
    if value == "secret":
        raise PydanticCustomError("own", "not {value}", {"value": value})
    return value


def stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


class Lenient(Document):
    model_config = ConfigDict(from_attributes=True)

    number: int = 0


class Everything(Document):
    """A field of every kind."""

    text: Annotated[str, Field(alias="theText")]
    number: Annotated[int, AfterValidator(even)]
    colour: Colour
    shade: Shade
    anything: Any
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]
    other: Cat | Dog | int
    maybe: int | None
    lenient: Lenient
    size: Size
    point: Point
    own: Annotated[str, AfterValidator(told)] = ""
    trimmed: Annotated[str, BeforeValidator(stripped)] = ""
    rows: list[int] = Field(default_factory=list)
    names: dict[str, int] = Field(default_factory=dict)
    inner: "Everything | None" = None

    @field_validator("rows")
    @classmethod
    def not_thirteen(cls, rows: list[int]) -> list[int]:
        """Raise what is no ValueError, as a bug does."""
        if 13 in rows:
            raise LookupError("a bug")
        return rows


VALID: dict[str, Any] = {
    "theText": "a",
    "number": 2,
    "colour": "red",
    "shade": "dim",
    "anything": [1, {"a": None}],
    "pet": {"kind": "cat", "lives": 9},
    "other": {"kind": "dog"},
    "maybe": None,
    "lenient": {},
    "size": {"width": 1},
    "point": {"x": 1},
    "rows": [2, 4],
    "names": {"a": 1},
}
READER = Reader(Everything.model_validate_json, lambda: Everything.__pydantic_core_schema__)


def large(value: object) -> bytes:
    return json.dumps(value).encode().ljust(MAX_SMALL + 1)


def refusal(data: bytes, reader: Reader[Any] = READER) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        reader.read(data)
    return caught.value


def test_a_large_document_is_read_as_a_small_one() -> None:
    value = {**VALID, "inner": VALID}
    small, careful = READER.read(json.dumps(value).encode()), READER.read(large(value))
    assert careful == small
    assert repr(careful) == repr(small)
    assert careful.model_fields_set == small.model_fields_set
    assert careful.__pydantic_extra__ is None


@pytest.mark.parametrize(
    "change",
    [
        {"theText": 1},
        {"number": 3},
        {"colour": "blue"},
        {"shade": 1},
        {"pet": {"kind": "cow"}},
        {"pet": {"kind": "cat"}},
        {"pet": {"kind": "cat", "lives": 9, "typo": 1}},
        {"maybe": "a"},
        {"lenient": {"number": "a"}},
        {"size": {}},
        {"size": {"width": 1, "typo": 1}},
        {"point": {}},
        {"own": "secret"},
        {"trimmed": 1},
        {"rows": [2, "a"]},
        {"names": {"a": 1, "b": "c"}},
        {"inner": {**VALID, "typo": 1, "number": "a"}},
        {"typo": 1, "another": {"a": [1]}},
        {"inner": {}},
    ],
)
def test_the_first_errors_of_a_large_document_are_those_of_a_small_one(change: dict[str, Any]) -> None:
    value = {**VALID, **change}
    small, careful = refusal(json.dumps(value).encode()), refusal(large(value))
    assert careful.errors == small.errors
    assert (small.is_partial, careful.is_partial) == (False, True)


@pytest.mark.parametrize("name", [name for name, field in Everything.model_fields.items() if field.is_required()])
def test_a_field_that_is_missing_is_told_by_its_name_in_json(name: str) -> None:
    key = Everything.model_fields[name].alias or name
    value = {other: each for other, each in VALID.items() if other != key}
    expected = [{"pointer": f"#/{key}", "code": "missing", "detail": "Field required"}]
    assert refusal(large(value)).errors == refusal(json.dumps(value).encode()).errors == expected


def test_a_union_of_a_large_document_is_one_error() -> None:
    (error,) = refusal(large({**VALID, "other": {"kind": "cat", "lives": "of"}})).errors
    assert error == {"pointer": "#/other", "code": "union_error", "detail": "Input should match one of the types"}


def test_unknown_fields_of_a_dataclass_are_told_of_the_whole_document_where_it_is_large() -> None:
    value = {**VALID, "point": {"x": 1, "typo": 1}}
    (error,) = refusal(large(value)).errors
    assert (error["pointer"], error["code"]) == ("#", "extra_forbidden")


def test_what_a_validator_raises_otherwise_is_raised_as_it_is() -> None:
    with pytest.raises(LookupError, match=r"^a bug$"):
        READER.read(large({**VALID, "rows": [13]}))


def test_reading_stops_at_the_first_wrong_item_and_says_so() -> None:
    problem = refusal(large({**VALID, "rows": [2, "a", "b", *range(5000)]}))
    assert problem.document == {
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": "The document is not what the request model asks for. "
        "It is large, so it may have more errors than are listed.",
        "errors": [{"pointer": "#/rows/1", "code": "int_type", "detail": "Input should be a valid integer"}],
    }
    assert problem.line == "#/rows/1: int_type: Input should be a valid integer; perhaps more"


@pytest.mark.unmeasured
@pytest.mark.parametrize("place", ["", "inner", "size"])
def test_of_60_000_unknown_fields_20_are_told(place: str) -> None:
    unknown: dict[str, Any] = {f"k{number}": [] for number in range(60_000)}
    value = {"": VALID | unknown, "inner": {**VALID, "inner": VALID | unknown}}.get(place)
    value = value or {**VALID, "size": {"width": 1, **unknown}}
    pointers = [f"#/{place}/k{number}".replace("//", "/") for number in range(20)]
    assert [error["pointer"] for error in refusal(large(value)).errors] == pointers


def test_a_large_document_that_is_not_json_is_400() -> None:
    problem = refusal(b'{"theText": ' + b"1," * 10_000)
    assert (problem.status, problem.errors[0]["code"]) == (400, "json_invalid")


def test_a_list_of_documents_is_read_by_the_same_rules() -> None:
    adapter = TypeAdapter(list[Cat])
    reader = Reader(adapter.validate_json, lambda: adapter.core_schema)
    assert reader.read(large([{"kind": "cat", "lives": 1}])) == [Cat(kind="cat", lives=1)]
    assert refusal(large([{"kind": "cat"}, {}]), reader).errors == [
        {"pointer": "#/0/lives", "code": "missing", "detail": "Field required"}
    ]


THIRTY: Any = type("Thirty", (Document,), {"__annotations__": {f"f{each}": int for each in range(30)}})
ROWS = TypeAdapter(list[Cat | Dog | int | list[int]])
READERS = {
    "fields": Reader(THIRTY.model_validate_json, lambda: THIRTY.__pydantic_core_schema__),
    "rows": Reader(ROWS.validate_json, lambda: ROWS.core_schema),
}


def living_errors() -> set[int]:
    """Return which of pydantic's errors are in memory. Those that hold an exception with its frames stay there."""
    return {id(each) for each in gc.get_objects() if isinstance(each, ValidationError)}


@pytest.mark.unmeasured
@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize(
    "data",
    [
        b'{"a": [' + b",".join([b'{"a":1}'] * 20_000) + b"]}",
        b"[" + b",".join([b'""'] * 100_000) + b"]",
        b'{"a":' * 60 + b"[" + b",".join([b"1"] * 100_000) + b"]" + b"}" * 60,
        b"{" + b",".join(b'"%x":1' % number for number in range(30_000)) + b"}",
    ],
    ids=["objects", "strings", "deep and wide", "names"],
)
def test_an_error_keeps_the_input_neither_while_reading_nor_afterwards(kind: str, data: bytes) -> None:
    refusal(large([""]), READERS[kind])
    before = living_errors()
    tracemalloc.start()
    try:
        problem = refusal(data, READERS[kind])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Python's objects for one copy of the input, and not one for each error. pydantic's own take up to 30 times this.
    assert peak < 12 * MIB
    assert (problem.__cause__, problem.__context__) == (None, None)
    assert living_errors() <= before


app = Application({}, title="pets", version="1")


@app.post("/cats")
def cats(cats: list[Cat]) -> int:
    return len(cats)


@app.post("/two")
def two(cat: Cat, dogs: list[Dog]) -> int:
    return cat.lives + len(dogs)


def own(_: Request, error: Exception) -> Response:
    """Answer as a person's own handler may, with what FastAPI documents of the error."""
    assert isinstance(error, RequestValidationError)
    found = [(each["loc"], each["type"], each["msg"]) for each in error.errors()]
    return JSONResponse({"errors": found, "body": error.body}, 422)


def posted(path: str, value: object, of: Application = app) -> tuple[int, Any]:
    data = value if isinstance(value, bytes) else json.dumps(value).encode().ljust(MAX_SMALL + 1)
    with TestClient(of) as client:
        answer = client.post(path, content=data, headers={"content-type": "application/json"})
    return answer.status_code, answer.json()


CAT = {"kind": "cat", "lives": 9}


def test_a_large_body_of_an_added_route_is_refused_in_the_same_words() -> None:
    assert posted("/cats", [CAT] * 1000) == (200, 1000)
    status, document = posted("/cats", [CAT, {"kind": "cat"}, {}])
    assert (status, document["errors"]) == (
        422,
        [{"pointer": "#/1/lives", "code": "missing", "detail": "Field required"}],
    )
    assert document["detail"].endswith("It is large, so it may have more errors than are listed.")


def test_a_large_member_of_a_body_is_refused_beside_a_small_one() -> None:
    dogs = [{"kind": "dog", "name": "a" * 10_000}, {"kind": "cow"}]
    status, document = posted("/two", {"cat": {}, "dogs": dogs})
    assert (status, [(error["pointer"], error["code"]) for error in document["errors"]]) == (
        422,
        [("#/cat/kind", "missing"), ("#/cat/lives", "missing"), ("#/dogs/1/kind", "literal_error")],
    )
    assert document["detail"].endswith("It is large, so it may have more errors than are listed.")


@pytest.mark.parametrize("path", ["/cats", "/two"])
def test_the_bounds_hold_for_every_body(path: str) -> None:
    opening = b'{"cat":' if path == "/two" else b"["
    assert posted(path, opening + b"[" * 64 + b"]" * 64)[0] == 400
    status, document = posted(path, opening + b",".join([b"[]"] * 65_536))
    assert (status, document["detail"]) == (413, "The document has more than 65,536 arrays and objects.")


def test_a_handler_of_one_s_own_gets_the_first_errors_and_the_decoded_body() -> None:
    other = Application({}, title="own", version="1", exception_handlers={RequestValidationError: own})
    other.post("/cats")(cats)
    value = [CAT, {"kind": "cat"}]
    assert posted("/cats", value, other) == (
        422,
        {"errors": [[["body", 1, "lives"], "missing", "Field required"]], "body": value},
    )
