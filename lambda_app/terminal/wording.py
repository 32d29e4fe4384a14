"""How a problem reads in a terminal."""

from collections.abc import Mapping
from typing import Any

from lambda_app.contract.problem import Problem

# pydantic's codes whose messages say too little beside a field's name.
_DETAILS = {"extra_forbidden": "There is no such field"}


def in_words(problem: Problem) -> str:
    """Return a problem in one line of text: its errors, joined by semicolons, or else its detail, or else its title."""
    errors = [_error(error) for error in problem.errors]
    if problem.error_count > len(errors):
        errors.append(f"{problem.error_count - len(errors)} more")
    return "; ".join(errors) or str(problem.document.get("detail") or problem.document["title"])


def _error(error: Mapping[str, Any]) -> str:
    """Return what is wrong with a part of the input, after its name: `lines[0].count: Field required`."""
    detail = _DETAILS.get(str(error.get("code"))) or str(error.get("detail") or error.get("code") or "not valid")
    place = next((f"{kind} {error[kind]}" for kind in ("parameter", "header", "cookie") if kind in error), None)
    place = place or _path(str(error.get("pointer", "#")))
    return f"{place}: {detail}" if place else detail


def _path(pointer: str) -> str:
    """Return a JSON Pointer (RFC 6901) as programs spell a path: `lines[0].count` for `#/lines/0/count`."""
    from urllib.parse import unquote  # noqa: PLC0415 (only a mistake needs it)

    path = ""
    for token in pointer.split("/")[1:]:
        name = unquote(token).replace("~1", "/").replace("~0", "~")
        path += f"[{name}]" if name.isdecimal() else f".{name}"
    return path.removeprefix(".")
