"""Documents and their reader."""

import gc
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pydantic.dataclasses
import pytest
from pydantic import BaseModel, ConfigDict, Field, RootModel
from typing_extensions import TypedDict

from lambda_app.contract.document import Document, encoded
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.problem import InvalidInput
from lambda_app.settings import get_settings
from tests.echo import ECHO
from tests.order import ORDER, OrderRequest, Priority, Size
from tests.rest.problems import problem

ORDERED = {"name": "tea", "count": 2}
MIB = 1_048_576


def codes(value: object, of: Endpoint = ECHO) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        of.read(value)
    return [(error["pointer"], error["code"]) for error in caught.value.errors]


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


class Sampling(Document):
    temperature: float
    stops: list[str] = Field(default_factory=list)


class Limits(TypedDict):
    tokens: int


@dataclass
class Window:
    width: int


class Prompt(Document):
    sampling: Sampling
    others: dict[str, Sampling | int] = Field(default_factory=dict)
    limits: Limits | None = None
    window: Window | None = None


def complete(request: Prompt) -> Prompt:
    return request


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"sampling": {"temperature": "0.9"}}, [("#/sampling/temperature", "float_type")]),
        ({"sampling": {"temperature": 1, "typo": 1}}, [("#/sampling/typo", "extra_forbidden")]),
        ({"sampling": {"temperature": 1, "stops": [1]}}, [("#/sampling/stops/0", "string_type")]),
        (
            {"sampling": {"temperature": 1}, "others": {"a": {"temperature": 1, "typo": 1}}},
            [("#/others/a/typo", "extra_forbidden"), ("#/others/a", "int_type")],
        ),
        (
            {"sampling": {"temperature": 1}, "limits": {"tokens": "1", "typo": 1}},
            [("#/limits/tokens", "int_type"), ("#/limits/typo", "extra_forbidden")],
        ),
        (
            {"sampling": {"temperature": 1}, "window": {"width": "1", "typo": 1}},
            [("#/window/width", "int_type"), ("#/window/typo", "unexpected_keyword_argument")],
        ),
    ],
)
def test_nested_parts_are_as_strict_as_the_whole(document: object, expected: list[tuple[str, str]]) -> None:
    assert codes(document, Endpoint(complete)) == expected


def test_a_nested_model_that_is_lax_is_refused_where_it_is_defined() -> None:
    class Lax(BaseModel):
        temperature: float

    class Strict(BaseModel):
        model_config = ConfigDict(strict=True, extra="allow")

    class Tags(RootModel[list[str]]):
        model_config = ConfigDict(strict=True)

    @pydantic.dataclasses.dataclass
    class Loose:
        number: int

    with pytest.raises(TypeError, match=r"^Outer\.inner: Loose must derive from Document$"):
        type("Outer", (Document,), {"__annotations__": {"inner": Loose}, "__module__": __name__})

    for annotation in (Lax, list[Lax], dict[str, Lax | None], tuple[int, Lax]):
        with pytest.raises(TypeError, match=r"^Outer\.inner: Lax must derive from Document$"):
            type("Outer", (Document,), {"__annotations__": {"inner": annotation}, "__module__": __name__})

    class Allowed(Document):
        strict: Strict
        tags: Tags

    assert Allowed.model_validate_json('{"strict": {"a": 1}, "tags": ["b"]}').tags.root == ["b"]


class Tree(Document):
    value: int
    branches: list["Tree"] = Field(default_factory=list)


def test_a_document_may_contain_itself() -> None:
    tree = Tree.model_validate_json('{"value": 1, "branches": [{"value": 2}]}')
    assert tree.branches[0].value == 2


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value} if depth % 2 else [value]
    return value


@pytest.mark.parametrize("value", [{"message": "\ud800"}, {"\ud800": 1}, {"message": [{}, object()]}])
def test_a_decoded_value_that_json_cannot_write_is_not_json(value: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        ECHO.read(value)
    assert caught.value.document == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "The document is not JSON.",
        "errors": [{"pointer": "#", "code": "json_invalid", "detail": "Invalid JSON: no UTF-8 text"}],
    }


@pytest.mark.parametrize("depth", [65, 66, 300, 100_000])
def test_a_decoded_value_that_is_nested_too_deeply_says_so(depth: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        ECHO.read(nested(depth))
    assert caught.value.document == TOO_DEEP


TOO_DEEP = problem(400, "Bad Request", detail="The document is nested more than 64 deep.")
TOO_MANY = problem(413, "Content Too Large", detail="The document has more than 100 arrays and objects.")


def answer_to(data: bytes, of: Endpoint) -> dict[str, Any] | None:
    """Return the problem that refuses a document, or None."""
    try:
        of.read(data)
    except InvalidInput as error:
        return error.document
    return None


@pytest.mark.parametrize("nest", [b"[]", b"{}"])
@pytest.mark.parametrize("text", ["", "]]", "{[", 'quote " [', "slash \\", 'both \\" [[', "line\n", '""'])
def test_only_brackets_outside_of_strings_are_bounded(nest: bytes, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_CONTAINERS", "100")
    opening = b"[" if nest == b"[]" else b'{"[{":'
    string = json.dumps([text, "a" * 200, text, "", "[" * 200]).encode()
    deep = opening * 62 + string + nest[1:] * 62
    wide = b"[" + b",".join([string, *[nest] * 97]) + b"]"
    assert answer_to(b'{"value":' + deep + b"}", ANY) is None
    assert answer_to(b'{"value":' + opening + deep + nest[1:] + b"}", ANY) == TOO_DEEP
    assert answer_to(b'{"value":' + wide + b"}", ANY) is None
    assert answer_to(b'{"value":' + wide[:-1] + b"," + nest + b"]}", ANY) == TOO_MANY


def descent(depth: int) -> bytes:
    """Return arrays within arrays."""
    return b"[" * depth + b"]" * depth


def steps(depth: int) -> bytes:
    """Return an array in which each array has an empty one before the next."""
    return b"[[]," * (depth - 2) + b"[[]" + b"]" * (depth - 1)


def siblings(depth: int) -> bytes:
    """Return an array of the deepest descent among shallower ones, more than one of each."""
    return b"[" + b",".join(descent(1 + number % (depth - 1)) for number in range(5 * depth)) + b"]"


@pytest.mark.parametrize("nested", [descent, steps, siblings])
def test_the_deepest_array_decides_whatever_is_beside_it(nested: Callable[[int], bytes]) -> None:
    assert answer_to(b'{"value":[' + b",".join([nested(62)] * 3) + b"]}", ANY) is None
    assert answer_to(b'{"value":[' + b",".join([*[nested(62)] * 3, nested(63)]) + b"]}", ANY) == TOO_DEEP


def test_brackets_that_do_not_match_are_not_json() -> None:
    for data in (b"[" * 200, b"]" * 200, b'["' + b"[" * 200, b"[]" * 100):
        assert codes(data) == [("#", "json_invalid")]


@pytest.mark.parametrize("token", [b"NaN", b"Infinity", b"-Infinity"])
def test_nan_and_infinity_are_not_json_outside_of_strings(token: bytes) -> None:
    strings = json.dumps(['"', "\\", '\\"', token.decode(), f'"{token.decode()}"', "IN"]).encode()
    for place in (b'{"value":%s,"value":%s}', b'{"value":[%s,[{"a":%s}]]}'):
        assert codes(place % (strings, token), ANY) == [("#", "json_invalid")]
        assert answer_to(place % (strings, strings), ANY) is None


def test_a_number_beyond_the_largest_float_is_infinite_to_every_door() -> None:
    text = b'{"value": ["Infinity", "a \\"Infinity\\"", -1e999, {"Infinity": 1e999}]}'
    expected = ["Infinity", 'a "Infinity"', float("-inf"), {"Infinity": float("inf")}]
    assert ANY.read(text) == ANY.read(json.loads(text)) == Anything(value=expected)


class Anything(Document):
    value: Any


def anything(request: Anything) -> Anything:
    return request


ANY = Endpoint(anything)


def test_a_decoded_value_is_written_as_json() -> None:
    value: Any = {"a": [1, None, "é"]}
    assert json.loads(encoded(value)) == value


def test_a_document_of_1_mib_is_read_and_one_byte_more_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    document = b'{"message": "a"}'
    ECHO.read(document.ljust(MIB))
    with pytest.raises(InvalidInput) as caught:
        ECHO.read(document.ljust(MIB + 1))
    assert caught.value.document == {
        "type": "about:blank",
        "title": "Content Too Large",
        "status": 413,
        "detail": "The input is larger than 1,048,576 bytes.",
    }
    monkeypatch.setenv("MAX_BODY_BYTES", "20")
    get_settings.cache_clear()
    with pytest.raises(InvalidInput, match="The input is larger than 20 bytes"):
        ECHO.read(document.ljust(21))


def test_a_refusal_leaves_nothing_for_the_garbage_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        with suppress(InvalidInput):
            ECHO.read(b"{}")
        assert gc.collect() == 0
    finally:
        gc.enable()
