"""The documents that `make run` and `make examples` make up for a request model."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, FutureDate, Json, create_model
from pydantic.functional_validators import AfterValidator
from run import arguments
from sample import NoSample, document

from lambda_app.contract.document import Document


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


class Inner(Document):
    text: Annotated[str, Field(examples=["one", "two"])]
    count: int = 1


class Cat(Document):
    kind: Literal["cat"] = "cat"
    lives: int


class Dog(Document):
    kind: Literal["dog"]
    friend: Annotated["Cat | Dog", Field(discriminator="kind")]


class Node(Document):
    value: str
    parent: "Node | None"
    children: list["Node"]


class Sum(Document):
    left: "Sum | float"
    right: "Sum | float"


class Encoded(Document):
    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    data: bytes


class Shown(Document):
    model_config = ConfigDict(json_schema_extra={"examples": [{"a": 5}, {"a": 6}]})

    a: int


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (bool, True),
        (bytes, "hello"),
        (Base64Bytes, "aGVsbG8="),
        (date, "2026-11-22"),
        (date | None, "2026-11-22"),
        (datetime, "2026-11-22T12:00:00Z"),
        (time, "12:00:00Z"),
        (timedelta, "PT1M"),
        (UUID, "2b4d3c5a-8a1f-4e6b-9c0d-1e2f3a4b5c6d"),
        (IPv4Address, "192.0.2.1"),
        (Decimal, 1),
        (None, None),
        (Any, "hello"),
        (int | str, 1),
        (Json[list[int]], "[1]"),
        (Literal["x", "y"], "x"),
        (Size, "small"),
        (tuple[int, str], [1, "hello"]),
        (set[int], [1]),
        (dict[str, int], {"hello": 1}),
        (dict[Size, date], {"small": "2026-11-22"}),
        (list[list[int]], [[1]]),
        (Annotated[list[int], Field(min_length=3)], [1, 1, 1]),
        (Annotated[str, Field(min_length=8)], "helloooo"),
        (Annotated[str, Field(max_length=2)], "he"),
        (Annotated[str, Field(pattern="^[A-Z]{3}-[0-9]+$")], "AAA-0"),
        (Annotated[int, Field(ge=5)], 5),
        (Annotated[int, Field(lt=-5)], -6),
        (Annotated[float, Field(gt=0, lt=1)], 0.5),
        (Annotated[int, Field(gt=10, multiple_of=7)], 14),
        (Annotated[Decimal, Field(gt=0, max_digits=5, decimal_places=2)], 1),
        (Inner, {"text": "one"}),
        (list[Inner], [{"text": "one"}]),
        (Shown, {"a": 5}),
        (Encoded, {"data": "aGVsbG8="}),
        (Annotated[Cat | Dog, Field(discriminator="kind")], {"kind": "cat", "lives": 1}),
        (Dog, {"kind": "dog", "friend": {"kind": "cat", "lives": 1}}),
        (Node, {"value": "hello", "parent": None, "children": []}),
        (Sum, {"left": 1, "right": 1}),
    ],
    ids=str,
)
def test_a_value_is_made_up_of_every_type(kind: Any, expected: object) -> None:
    model = create_model("Request", __base__=Document, field=(kind, ...))
    assert document(model) == {"field": expected}


def test_a_second_document_has_the_second_examples() -> None:
    assert [document(Inner, number) for number in range(3)] == [{"text": "one"}, {"text": "two"}, {"text": "two"}]
    assert document(Shown, 1) == {"a": 6}


class Endless(Document):
    again: "Endless"


def sold_out(_: object) -> object:
    raise KeyError("secret")


class Picky(Document):
    text: Annotated[str, AfterValidator(sold_out)]


@pytest.mark.parametrize(
    ("model", "complaint"),
    [
        (Endless, "Endless needs Field(examples=[…]), because it never ends"),
        (Picky, "Picky needs Field(examples=[…]): KeyError was raised"),
        (
            create_model("Late", __base__=Document, due=(FutureDate, ...)),
            "Late.due needs Field(examples=[…]): Date should be in the future",
        ),
    ],
    ids=["endless", "raises", "refused"],
)
def test_a_field_that_needs_an_example_is_named(model: type[BaseModel], complaint: str) -> None:
    with pytest.raises(NoSample) as raised:
        document(model)
    assert str(raised.value) == complaint


class Order(Document):
    count: int
    name: str
    price: float | None = None
    gift: bool = False
    tags: list[str]
    extra: dict[str, int] | None = None
    unit: Annotated[str, Field(alias="unit-of-measure")] = "piece"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"count": 1, "name": "a"}, ["--count", "1", "a"]),
        ({"name": "-a"}, ["--", "-a"]),
        ({"name": "a", "tags": ["x", "-y"], "gift": True}, ["--gift", "--tags", "x", "--tags=-y", "a"]),
        ({"gift": False, "price": -1.5, "extra": {"a": 1}}, ["--price=-1.5", "--no-gift", "--extra", '{"a": 1}']),
        ({"unit-of-measure": "kg"}, ["--unit-of-measure", "kg"]),
    ],
)
def test_a_document_is_spelt_on_a_command_line(values: dict[str, Any], words: list[str]) -> None:
    assert arguments(Order, values) == words
