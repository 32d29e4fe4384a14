"""The documents of an order, and its endpoint."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.life import Resources
from lambda_app.contract.problem import Problem
from workshop.tests.applications.bookshop.process import opening_stock, total


class NoSuchBook(Problem):
    """There is no such book."""

    status = 404


class OrderRequest(Document):
    """What somebody orders."""

    customer: Annotated[str, Field(min_length=1, description="Who orders.")]
    books: Annotated[list[str], Field(min_length=1, description="The ISBN of each copy.")]


class OrderResponse(Document):
    """What it costs."""

    customer: str
    total: Decimal


def order(request: OrderRequest) -> OrderResponse:
    """Price an order."""
    prices = {book.isbn: book.price for book in opening_stock()}
    for isbn in request.books:
        if isbn not in prices:
            raise NoSuchBook(detail=f"There is no book {isbn}.")
    return OrderResponse(customer=request.customer, total=total([prices[isbn] for isbn in request.books]))


resources: Resources | None = None

ENDPOINTS = {"order": Endpoint(order, refuses=[NoSuchBook])}
