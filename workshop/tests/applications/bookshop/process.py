"""Books, and the shelf that they stand on."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


class OutOfStock(Exception):
    """There are not as many copies as are asked for."""


@dataclass
class Book:
    """A book on the shelf."""

    isbn: str
    title: str
    price: Decimal
    cost: Decimal
    copies: int


def opening_stock() -> Sequence[Book]:
    """Return the books that the shop opens with."""
    return (
        Book("9780141439518", "Pride and Prejudice", Decimal("7.99"), Decimal("4.00"), 3),
        Book("9780140449136", "Crime and Punishment", Decimal("9.99"), Decimal("5.00"), 1),
        Book("9780141182636", "The Great Gatsby", Decimal("6.50"), Decimal("3.10"), 0),
    )


class Shelf:
    """All books, and what has happened to them."""

    def __init__(self) -> None:
        self.books = {book.isbn: book for book in opening_stock()}
        self.log: list[str] = []

    def find(self, words: str, limit: int) -> list[Book]:
        """Return the books whose titles hold some words."""
        return [book for book in self.books.values() if words.lower() in book.title.lower()][:limit]


def total(prices: Sequence[Decimal]) -> Decimal:
    """Return what an order costs: from 20 euros on, a tenth less."""
    full = sum(prices, Decimal(0))
    return (full * Decimal("0.9") if full >= 20 else full).quantize(Decimal("0.01"))
