"""The documents of a booking, and its endpoint."""

from typing import Annotated

from fastapi import HTTPException
from pydantic import Field

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.life import Resources
from workshop.tests.applications.booking.process import NoSuchShow, SeatTaken, TooManyBookings, book


class BookRequest(Document):
    """Who wants which seat."""

    show: Annotated[str, Field(min_length=1, description="The show.")]
    seat: Annotated[str, Field(pattern="^[A-Z][0-9]+$", description="The seat, such as A1.")]
    buyer: Annotated[str, Field(description="Who it is for.")] = "somebody"


class BookResponse(Document):
    """A ticket."""

    ticket: str
    remaining: int


def book_seat(request: BookRequest) -> BookResponse:
    """Book a seat."""
    if request.buyer == "minor":
        raise HTTPException(403, "Adults only.", headers={"X-Age": "18"})
    if request.seat.startswith("Z"):
        raise HTTPException(410, {"detail": "The balcony is closed.", "rows": ["A", "B", "C"]})
    if request.buyer.startswith("number "):
        int(request.buyer)  # a bug: the text is no number
    remaining = book(request.show, request.seat, request.buyer)
    return BookResponse(ticket=f"{request.show}-{request.seat}", remaining=remaining)


resources: Resources | None = None

ENDPOINTS = {"book": Endpoint(book_seat, refuses=[NoSuchShow, SeatTaken, TooManyBookings])}
