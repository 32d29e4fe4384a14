"""An endpoint with several fields of several types; as a command: `python -m tests.order`."""

import sys
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Literal

from pydantic import Field

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.life import Resources
from lambda_app.terminal.command import main


class Size(Enum):
    """An enumeration of strings."""

    SMALL = "small"
    LARGE = "large"


class Priority(IntEnum):
    """An enumeration of numbers."""

    LOW = 1
    HIGH = 2


class OrderRequest(Document):
    """A field of every kind that the terminal has to spell."""

    count: Annotated[int, Field(ge=1, description="How many, 100 % of them.")]
    name: Annotated[str, Field(min_length=1, description="What is ordered.")]
    price: float | None = None
    gift: bool = False
    size: Size = Size.SMALL
    priority: Priority = Priority.LOW
    due: date | None = None
    paid: Decimal = Decimal(0)
    tags: list[str] = Field(default_factory=list)
    numbers: list[Annotated[int, Field(ge=0)]] = Field(default_factory=list)
    colour: Literal["red", "green"] | None = None
    unit: Annotated[str, Field(alias="unit-of-measure")] = "piece"
    extra: dict[str, int] | None = None
    note: Annotated[str, Field(max_length=5)] | None = None
    urgent: Annotated[bool, Field()] | None = None


class OrderResponse(Document):
    """Everything that was ordered, and a sum."""

    order: OrderRequest
    total: float


def place(request: OrderRequest) -> OrderResponse:
    """Place an order."""
    return OrderResponse(order=request, total=request.count * (request.price or 0))


ORDER = Endpoint(place)


def load() -> tuple[Mapping[str, Endpoint], Resources | None]:
    """Return what the terminal opens to."""
    return {"order": ORDER}, None


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:], load))
