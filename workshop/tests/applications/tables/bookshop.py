"""The table of `bookshop`, whose endpoint is behind a key."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workshop.tests.applications.application import Case, Subject, Variables, answers, invalid, refuses
from workshop.tests.applications.bookshop.settings import get_settings

KEY = "the key of the shop"
PRIDE, CRIME = "9780141439518", "9780140449136"

TABLE = [
    Case("one book", {"customer": "Ada", "books": [PRIDE]}, answers(customer="Ada", total="7.99")),
    Case("a tenth less", {"customer": "Ada", "books": [PRIDE, CRIME, PRIDE]}, answers(customer="Ada", total="23.37")),
    Case(
        "no such book",
        {"customer": "Ada", "books": [PRIDE, "1"]},
        refuses("NoSuchBook", {"title": "Not Found", "status": 404, "detail": "There is no book 1."}),
    ),
    Case("no books", {"customer": "Ada", "books": []}, invalid(("#/books", "too_short")), is_typed=False),
    Case("nobody", {"customer": "", "books": [PRIDE]}, invalid(("#/customer", "string_too_short"))),
    Case(
        "a typo",
        {"customer": "Ada", "book": PRIDE},
        invalid(("#/books", "missing"), ("#/book", "extra_forbidden")),
        is_typed=False,
    ),
]


@contextmanager
def key(_: Path) -> Iterator[Variables]:
    """Provide the key of the shop."""
    get_settings.cache_clear()
    yield {"API_KEY": KEY}


BOOKSHOP = Subject("bookshop", "order", TABLE, key, {"x-api-key": KEY})
