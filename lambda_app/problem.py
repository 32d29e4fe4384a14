"""The error document of every door (RFC 9457, Problem Details for HTTP APIs)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic_core import to_json

MEDIA_TYPE = "application/problem+json"
JSON_LINES = ("application/jsonl", "application/x-ndjson")
MAX_ERRORS = 20
MAX_NAME = 64

# The reason phrases of RFC 9110. Those of `http.HTTPStatus` differ from one Python to the next.
TITLES = {
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    500: "Internal Server Error",
    503: "Service Unavailable",
}

# pydantic's own words for these repeat a part of the input, which no problem may carry.
DETAILS = {
    "byte_size_unit": "Input should have a unit of bytes",
    "bytes_invalid_encoding": "Input should be validly encoded bytes",
    "import_error": "Input should be importable",
    "union_tag_invalid": "Input should have one of the expected tags",
    "uuid_parsing": "Input should be a valid UUID",
    "zoneinfo_str": "Input should be a valid time zone",
}

_UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"
_ESCAPES = {**dict(zip(_UNRESERVED, _UNRESERVED, strict=True)), "~": "~0", "/": "~1"}


class Problem(Exception):
    """An error that a caller is told of; its text is the problem document as JSON.

    `status` is an HTTP status code, whatever the door. `errors` say what is wrong with which part of the input:
    the first 20 of them are in the document, followed by `errorCount` where there are more.
    """

    title = "Error"

    def __init__(self, status: int, detail: str | None = None, errors: Sequence[Any] = (), count: int = 0) -> None:
        super().__init__(status, detail)
        self.status = status
        self.title = TITLES.get(status, self.title)
        self.detail = detail
        self.errors = errors[:MAX_ERRORS]
        self.count = count or len(errors)

    @property
    def document(self) -> dict[str, Any]:
        """The members of the problem document, in RFC 9457's order."""
        members = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "errors": self.errors,
            "errorCount": self.count if self.count > MAX_ERRORS else None,
        }
        return {name: value for name, value in members.items() if value}

    @property
    def line(self) -> str:
        """The problem in one line of text: its pointers and codes, joined by semicolons."""
        errors = [f"{error['pointer']}: {error['code']}: {error['detail']}" for error in self.errors]
        if self.count > MAX_ERRORS:
            errors.append(f"{self.count - MAX_ERRORS} more")
        return "; ".join(errors) or self.detail or self.title

    def json(self) -> bytes:
        """Return the problem document as JSON in UTF-8, on one line."""
        return to_json(self.document)

    def __str__(self) -> str:
        return self.json().decode()


class InvalidInput(Problem):
    """The input is refused: not a JSON document, too large, or not what the request model asks for."""


class ProcessingFailed(Problem):
    """The function raised, or answered what the response model refuses. Its cause is in the log alone."""

    def __init__(self) -> None:
        super().__init__(500)


def refused(errors: Sequence[Mapping[str, Any]]) -> InvalidInput:
    """Return the refusal that pydantic's errors amount to: 400 where the document is no JSON at all, else 422."""
    listed = [
        {
            "pointer": pointer(error["loc"]),
            "code": error["type"],
            "detail": DETAILS.get(error["type"], error["msg"]),
        }
        for error in errors[:MAX_ERRORS]  # of which there may be hundreds of thousands
    ]
    if listed[0]["pointer"] == "#" and listed[0]["code"] == "json_invalid":
        return InvalidInput(400, "The document is not JSON.", errors=listed)
    return InvalidInput(422, "The document is not what the request model asks for.", errors=listed, count=len(errors))


def pointer(location: Iterable[str | int]) -> str:
    """Return the JSON Pointer of a location, as a URI fragment (RFC 6901, section 6).

    A name comes from the input, so it is escaped, and cut where its escaped form would pass 64 characters.
    """
    return "#" + "".join(f"/{_escaped(str(name))}" for name in location)


def _escaped(name: str) -> str:
    escaped = ""
    for character in name[:MAX_NAME]:
        piece = _ESCAPES.get(character) or "".join(f"%{byte:02X}" for byte in character.encode(errors="replace"))
        if len(escaped) + len(piece) > MAX_NAME:
            break
        escaped += piece
    return escaped
