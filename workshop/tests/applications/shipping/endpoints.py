"""The documents of a quote, and its endpoint."""

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Literal

from pydantic import Field

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.life import Resources
from workshop.tests.applications.shipping.process import arrival, price


class Service(Enum):
    """How fast it goes."""

    STANDARD = "standard"
    EXPRESS = "express"


class Address(Document):
    """Where a shipment is fetched or delivered."""

    name: Annotated[str, Field(min_length=1)]
    postcode: Annotated[str, Field(pattern=r"^[0-9]{4}$")]
    country: str = "NO"


class Box(Document):
    """A box, and the boxes in it."""

    weight: Annotated[Decimal, Field(gt=0, description="Kilograms, without the boxes in it.")]
    contents: Annotated[list["Box"], Field(default_factory=list)]

    @property
    def boxes(self) -> list["Box"]:
        """The box, and all that are in it."""
        return [self, *(inner for box in self.contents for inner in box.boxes)]


class Card(Document):
    """Paid by card."""

    kind: Literal["card"]
    last_digits: Annotated[str, Field(min_length=4, max_length=4)]


class Account(Document):
    """Paid by a customer's account."""

    kind: Literal["account"]
    customer: int
    purchase_order: str | None = None


Payment = Annotated[Card | Account, Field(discriminator="kind")]


class QuoteRequest(Document):
    """A shipment."""

    reference: Annotated[str, Field(min_length=1, description="Your own name for the shipment.")]
    sender: Annotated[Address, Field(alias="from", description="Where it is fetched.")]
    recipient: Annotated[Address, Field(description="Where it is delivered.")]
    pickup: Annotated[date, Field(description="The day on which it is fetched.")]
    boxes: Annotated[list[Box], Field(min_length=1, description="The boxes; one may hold others.")]
    payment: Annotated[Payment, Field(description="Who pays.")]
    service: Annotated[Service, Field(description="How fast it goes.")] = Service.STANDARD
    insured_for: Annotated[Decimal | None, Field(description="Value in euros.")] = None
    fragile: bool = False
    tags: Annotated[list[str], Field(default_factory=list)]


class QuoteResponse(Document):
    """The quote of a shipment."""

    reference: str
    price: Decimal
    delivery: date
    service: Service
    box_count: Annotated[int, Field(serialization_alias="boxCount")]
    payment: Payment
    recipient: Address
    heaviest: Box
    labels: list[str]


def quote(request: QuoteRequest) -> QuoteResponse:
    """Quote a shipment."""
    boxes = [inner for box in request.boxes for inner in box.boxes]
    express = request.service is Service.EXPRESS
    return QuoteResponse(
        reference=request.reference,
        price=price(sum((box.weight for box in boxes), Decimal(0)), request.insured_for, express=express),
        delivery=arrival(request.pickup, express=express),
        service=request.service,
        box_count=len(boxes),
        payment=request.payment,
        recipient=request.recipient,
        heaviest=max(request.boxes, key=lambda box: box.weight),
        labels=[*request.tags, *(["fragile"] if request.fragile else [])],
    )


resources: Resources | None = None

ENDPOINTS = {"quote": Endpoint(quote)}
