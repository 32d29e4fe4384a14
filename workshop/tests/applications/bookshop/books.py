"""The routes of the books."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Body, Cookie, Depends, HTTPException, Path, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from lambda_app.contract.document import Document
from lambda_app.rest.routing import DocumentRoute
from workshop.tests.applications.bookshop.dependencies import OpenShelf, Transaction, staff_only
from workshop.tests.applications.bookshop.process import Book, OutOfStock, Shelf

router = APIRouter(prefix="/books", tags=["books"], route_class=DocumentRoute)
staff = APIRouter(prefix="/staff", tags=["staff"], dependencies=[Depends(staff_only)])

Isbn = Annotated[str, Path(pattern="^[0-9]{13}$", description="The ISBN, without hyphens.")]


class PublicBook(BaseModel):
    """A book as customers see it."""

    isbn: str
    title: str
    price: Decimal


class NewBook(Document):
    """A book to put on the shelf."""

    isbn: Annotated[str, Field(pattern="^[0-9]{13}$")]
    title: Annotated[str, Field(min_length=1)]
    price: Annotated[Decimal, Field(gt=0)]


class Health(BaseModel):
    """How the shop is doing."""

    open: bool
    clerks: int


class ProblemDetails(BaseModel):
    """A problem of the puzzle book."""

    chapter: int
    exercise: int


@router.get("", response_model=list[PublicBook])
def find_books(
    shelf: OpenShelf,
    q: Annotated[str, Query(min_length=2, description="Words in the title.")],
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
    visit: Annotated[str | None, Cookie(min_length=8)] = None,
) -> list[Book]:
    """Find books."""
    shelf.log.append(f"visit {visit}")
    return shelf.find(q, limit)


@router.get("/export")
def export_books(shelf: OpenShelf) -> StreamingResponse:
    """Stream all books as CSV."""

    def lines() -> Iterator[str]:
        yield "isbn,title\n"
        for book in shelf.books.values():
            yield f"{book.isbn},{book.title}\n"

    return StreamingResponse(lines(), media_type="text/csv")


@router.get("/puzzle")
async def puzzle() -> ProblemDetails:
    """Return the problem of the day."""
    return ProblemDetails(chapter=3, exercise=14)


@router.get("/{isbn}", response_model=PublicBook)
def show_book(isbn: Isbn, shelf: OpenShelf) -> Book:
    """Show a book."""
    return _found(shelf, isbn)


def _announce(shelf: Shelf, title: str) -> None:
    shelf.log.append(f"announced {title}")


@router.post("", status_code=201, response_model=PublicBook)
def add_book(book: NewBook, shelf: Transaction, tasks: BackgroundTasks, response: Response) -> Book:
    """Put a book on the shelf, and announce it."""
    if book.isbn in shelf.books:
        raise HTTPException(409, {"detail": "The book is there already.", "isbn": book.isbn})
    added = Book(book.isbn, book.title, book.price, Decimal(0), 1)
    shelf.books[added.isbn] = added
    tasks.add_task(_announce, shelf, added.title)
    response.headers["Location"] = f"/books/{added.isbn}"
    return added


@router.post("/import")
def import_books(books: list[NewBook], shelf: Transaction) -> int:
    """Put many books on the shelf, and say how many there are then."""
    for book in books:
        shelf.books[book.isbn] = Book(book.isbn, book.title, book.price, Decimal(0), 1)
    return len(shelf.books)


@router.post("/{isbn}/sale", response_model=PublicBook)
def sell_book(isbn: Isbn, copies: Annotated[int, Body(embed=True, ge=1)], shelf: Transaction) -> Book:
    """Sell copies of a book."""
    book = _found(shelf, isbn)
    if book.copies < copies:
        raise OutOfStock(book.title)
    book.copies -= copies
    return book


@router.delete("/{isbn}", status_code=204, dependencies=[Depends(staff_only)])
def remove_book(isbn: Isbn, shelf: Transaction) -> None:
    """Take a book off the shelf."""
    del shelf.books[_found(shelf, isbn).isbn]


@staff.get("/health")
async def shop_health() -> Health:
    """Say how the shop is doing."""
    return Health(open=True, clerks=2)


@staff.put("/notes")
async def put_note(note: NewBook, urgent: Annotated[bool, Body()]) -> dict[str, str | bool]:
    """Take a note of a book to be ordered."""
    return {"title": note.title, "urgent": urgent}


def _found(shelf: Shelf, isbn: str) -> Book:
    if isbn not in shelf.books:
        raise HTTPException(404, {"detail": "There is no such book.", "isbn": isbn})
    return shelf.books[isbn]
