"""What the routes depend on."""

import secrets
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Header, HTTPException, Request, Security
from fastapi.security import APIKeyHeader

from workshop.tests.applications.bookshop.process import Shelf
from workshop.tests.applications.bookshop.settings import get_settings

key_header = APIKeyHeader(name="X-API-Key", auto_error=False)


def require_key(key: Annotated[str | None, Security(key_header)]) -> None:
    """Let in whoever sends the key of the shop."""
    if key is None or not secrets.compare_digest(key, get_settings().api_key.get_secret_value()):
        raise HTTPException(401, "The key is missing or wrong.", headers={"WWW-Authenticate": "ApiKey"})


def staff_only(x_staff: Annotated[int | None, Header(ge=1, le=99)] = None) -> None:
    """Let in whoever sends a staff number."""
    if x_staff is None:
        raise HTTPException(403, "Staff only.")


def get_shelf(request: Request) -> Shelf:
    """Return the shelf of the application."""
    shelf: Shelf = request.app.state.shelf
    return shelf


def transaction(shelf: Annotated[Shelf, Depends(get_shelf)]) -> Iterator[Shelf]:
    """Return the shelf, in a transaction."""
    shelf.log.append("begin")
    try:
        yield shelf
    except Exception:
        shelf.log.append("rollback")
        raise
    else:
        shelf.log.append("commit")


OpenShelf = Annotated[Shelf, Depends(get_shelf)]
Transaction = Annotated[Shelf, Depends(transaction)]
