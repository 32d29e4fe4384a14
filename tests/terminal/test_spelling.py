"""How the values of each type are spelt on the command line, and what help calls the type."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, NewType, TypeVar
from uuid import UUID

import pytest
from pydantic import Field
from typing_extensions import TypeAliasType, TypedDict

from lambda_app.contract.document import Document
from tests.terminal.tools import Command, answering_with_its_request, document_of, refused


class Mixed(Enum):
    """An enumeration of more than strings."""

    NUMBER = 1
    WORD = "one"


class Colour(Enum):
    """An enumeration of strings, one of which looks like a number."""

    RED = "red"
    SEVEN = "7"


class Address(Document):
    city: str


class Letter(Document):
    kind: Literal["letter"]
    to: Address


class Call(Document):
    kind: Literal["call"]
    number: int


class Tree(Document):
    children: "list[Tree]" = Field(default_factory=list)


@dataclass
class Point:
    """A dataclass."""

    x: int


class Pair(NamedTuple):
    """A named tuple."""

    first: int
    second: str


class Options(TypedDict):
    """A typed dictionary."""

    size: int


Item = TypeVar("Item")
Several = TypeAliasType("Several", list[Item], type_params=(Item,))
Count = TypeAliasType("Count", Annotated[int, Field(ge=0)])
Number = NewType("Number", int)

LETTER = {"kind": "letter", "to": {"city": "Bern"}}


@pytest.mark.parametrize(
    ("kind", "name", "texts", "value"),
    [
        (Number, "INTEGER", ["5"], 5),
        (Count, "INTEGER", ["5"], 5),
        (Annotated[Count | None, Field(description="Some.")], "INTEGER", ["5"], 5),
        (Several[int], "INTEGER", ["5", "6"], [5, 6]),
        (Several[Count] | None, "INTEGER", ["5"], [5]),
        (int | str, "INTEGER|TEXT", ["5"], 5),
        (int | str, "INTEGER|TEXT", ['"5"'], "5"),
        (int | str, "INTEGER|TEXT", ["five"], "five"),
        (bool | int, "BOOLEAN|INTEGER", ["true"], True),
        (str | None, "TEXT", ["null"], "null"),
        (float | None, "NUMBER", ["null"], None),
        (None, "JSON", ["null"], None),
        (str | list[str], "TEXT|JSON", ["a"], "a"),
        (str | list[str], "TEXT|JSON", ['["a"]'], ["a"]),
        (list, "JSON", ["1", "a", "{}"], [1, "a", {}]),
        (list[bool], "BOOLEAN", ["true", "false"], [True, False]),
        (list[str | None], "TEXT", ["a"], ["a"]),
        (list[list[int]], "JSON", ["[1]", "[2, 3]"], [[1], [2, 3]]),
        (list[int] | set[str], "INTEGER|TEXT", ["1"], [1]),
        (set[int], "INTEGER", ["1", "1"], [1]),
        (frozenset[str], "TEXT", ["1"], ["1"]),
        (Sequence[int], "INTEGER", ["1"], [1]),
        (tuple[int, ...], "INTEGER", ["1", "2"], [1, 2]),
        (tuple[int, str], "INTEGER|TEXT", ["1", "a"], [1, "a"]),
        (Pair, "JSON", ["1", "a"], [1, "a"]),
        (dict[str, Annotated[int, Field(ge=0)]], "JSON", ['{"a": 1}'], {"a": 1}),
        (Options, "JSON", ['{"size": 1}'], {"size": 1}),
        (Point, "JSON", ['{"x": 1}'], {"x": 1}),
        (Any, "JSON", ["1"], 1),
        (object, "JSON", ["a"], "a"),
        (Address, "JSON", ['{"city": "Bern"}'], {"city": "Bern"}),
        (list[Address], "JSON", ['{"city": "Bern"}'], [{"city": "Bern"}]),
        (Annotated[Letter | Call, Field(discriminator="kind")], "JSON", [json.dumps(LETTER)], LETTER),
        (Tree, "JSON", ['{"children": [{}]}'], {"children": [{"children": []}]}),
        (date, "DATE", ["2026-11-22"], "2026-11-22"),
        (datetime, "DATETIME", ["2026-11-22T12:00:00Z"], "2026-11-22T12:00:00Z"),
        (time | None, "TIME", ["12:00:00"], "12:00:00"),
        (timedelta, "DURATION", ["PT1M"], "PT1M"),
        (UUID, "UUID", ["2b4d3c5a-8a1f-4e6b-9c0d-1e2f3a4b5c6d"], "2b4d3c5a-8a1f-4e6b-9c0d-1e2f3a4b5c6d"),
        (bytes, "BYTES", ["bytes"], "bytes"),
        (Colour, "{red,7}", ["7"], "7"),
        (Mixed, "{1,one}", ["1"], 1),
        (Mixed, "{1,one}", ["one"], "one"),
        (Literal[1, "one"], "{1,one}", ["one"], "one"),
        (Literal["a", "b"] | int, "{a,b}|INTEGER", ["5"], 5),
    ],
)
def test_a_type_is_spelt(kind: object, name: str, texts: list[str], value: object, run: Command) -> None:
    endpoint = answering_with_its_request(document_of(field=kind))
    argv = [word for text in texts for word in ("--field", text)]
    status, out, error = run("--json", *argv, endpoint=endpoint)
    assert (status, json.loads(out or "null"), error) == (0, {"field": value}, "")
    assert f"\n  --field {name}" in run("--help", endpoint=endpoint).out


@pytest.mark.parametrize(
    "kind",
    [NewType("Name", str), TypeAliasType("Name", str), Annotated[TypeAliasType("Word", str), Field(max_length=9)]],
)
def test_a_string_by_another_name_is_the_message_as_well(kind: object, run: Command) -> None:
    endpoint = answering_with_its_request(document_of(count=(int, 1), name=kind, other=(str, "")))
    assert json.loads(run("hello", endpoint=endpoint).out) == {"count": 1, "name": "hello", "other": ""}
    assert json.loads(run(endpoint=endpoint, stdin=b"hello").out) == {"count": 1, "name": "hello", "other": ""}


def test_a_string_that_may_be_null_or_has_choices_is_an_option(run: Command) -> None:
    endpoint = answering_with_its_request(document_of(name=str | None, word=Literal["a"]))
    assert json.loads(run("--name", "a", "--word", "a", endpoint=endpoint).out) == {"name": "a", "word": "a"}


NOT_JSON = "the value is not JSON: key must be a string at line 1 column 2"


@pytest.mark.parametrize(
    "kind", [Address, Address | None, Point, Options, dict[str, int], list[Address], Address | Point]
)
def test_a_value_that_has_to_be_an_object_or_an_array_is_told_that_it_is_not_json(
    kind: object, run: Command, tmp_path: Path
) -> None:
    endpoint = answering_with_its_request(document_of(field=kind))
    assert run("--field", "{bad", endpoint=endpoint) == refused(f"argument --field: {NOT_JSON}")
    path = tmp_path / "bad.json"
    path.write_text("{bad\n")
    assert run("--file", f"field={path}", endpoint=endpoint) == refused(f"argument --file: {path}: {NOT_JSON}")


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (int, "field: Input should be a valid integer"),
        (int | Address, "field: Input should be a valid integer; field: Input should be an object"),
        (list[int], "field[0]: Input should be a valid integer"),
    ],
)
def test_a_value_that_may_be_a_number_is_told_what_the_reader_says(kind: object, error: str, run: Command) -> None:
    endpoint = answering_with_its_request(document_of(field=kind))
    assert run("--field", "{bad", endpoint=endpoint) == refused(error)
