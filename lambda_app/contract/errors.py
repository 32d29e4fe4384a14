"""Problems made from pydantic's errors. They repeat nothing of the input but a field's name."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from pydantic_core.core_schema import ErrorType

from lambda_app.contract.problem import MAX_ERRORS, InvalidInput

MAX_NAME = 64

# Stands in for a message that would repeat the input.
UNTOLD = "Input is not valid"

# pydantic's own messages for these codes repeat a part of the input.
_DETAILS = {
    "byte_size_unit": "Input should have a unit of bytes",
    "bytes_invalid_encoding": "Input should be validly encoded bytes",
    "import_error": "Input should be importable",
    "union_tag_invalid": "Input should have one of the expected tags",
    "uuid_parsing": "Input should be a valid UUID",
    "zoneinfo_str": "Input should be a valid time zone",
}

# The author of a validator writes the messages of all other codes. Some come from the standard library.
_PYDANTIC = set(get_args(ErrorType)) - {"value_error", "assertion_error"}

_UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"
_ESCAPES = {**dict(zip(_UNRESERVED, _UNRESERVED, strict=True)), "~": "~0", "/": "~1"}

NOT_JSON = "json_invalid"
_NOT_VALID = "The document is not what the request model asks for."
_LARGE = "It is large, so it may have more errors than are listed."


def refused_early(errors: Sequence[Mapping[str, Any]]) -> InvalidInput:
    """Return the refusal for the first errors of a large document, each with its location in the document."""
    listed = [{"pointer": pointer(error["loc"]), **described(error)} for error in errors]
    return not_valid(listed, len(listed), is_partial=True)


def refused(errors: Sequence[Mapping[str, Any]], document: object) -> InvalidInput:
    """Return the refusal for the errors that the reader found in a document, given decoded."""
    return not_valid([located(error, document) for error in errors[:MAX_ERRORS]], len(errors))


def located(error: Mapping[str, Any], document: object) -> dict[str, str]:
    """Return one of pydantic's errors with its pointer into a decoded document, its code and its detail."""
    return {"pointer": pointer(path(error, document)), **described(error)}


def path(error: Mapping[str, Any], document: object) -> list[str | int]:
    """Return the location of an error, less the parts that the document has not, such as the tags of a union."""
    found: list[str | int] = []
    here: Any = document
    for name in error["loc"]:
        if (isinstance(here, dict) and name in here) or (isinstance(here, list) and name in range(len(here))):
            found.append(name)
            here = here[name]
    if error["type"] == "missing":
        found.append(error["loc"][-1])
    return found


def not_json(detail: str) -> InvalidInput:
    """Return the refusal of a document that is not JSON."""
    errors = [{"pointer": "#", "code": NOT_JSON, "detail": detail}]
    return InvalidInput(400, "The document is not JSON.", errors=errors)


def nested_too_deeply(limit: int) -> InvalidInput:
    """Return the refusal of a document whose arrays and objects are nested deeper than a limit."""
    return InvalidInput(400, f"The document is nested more than {limit:,} deep.")


def too_many_containers(limit: int) -> InvalidInput:
    """Return the refusal of a document that has more arrays and objects than a limit."""
    return InvalidInput(413, f"The document has more than {limit:,} arrays and objects.")


def too_large(limit: int) -> InvalidInput:
    """Return the refusal of input that is larger than a number of bytes."""
    return InvalidInput(413, f"The input is larger than {limit:,} bytes.")


def unsupported_media_type(*names: str) -> InvalidInput:
    """Return the refusal of a body of another content type than these, or than JSON."""
    return InvalidInput(415, f"The content type must be {' or '.join(names or ['application/json'])}.")


def not_valid(errors: Sequence[Mapping[str, Any]], count: int, *, is_partial: bool = False) -> InvalidInput:
    """Return the refusal of JSON, or of parameters, that the model refuses. A partial one tells the first errors."""
    detail = f"{_NOT_VALID} {_LARGE}" if is_partial else _NOT_VALID
    return InvalidInput(422, detail, errors=errors, error_count=count, is_partial=is_partial)


def described(error: Mapping[str, Any]) -> dict[str, str]:
    """Return the code and the detail of one of pydantic's errors, without the input."""
    code, detail = error["type"], error["msg"]
    if code not in _PYDANTIC and _repeats(error.get("input"), detail):
        detail = UNTOLD
    return {"code": code, "detail": _DETAILS.get(code, detail)}


def _repeats(value: object, text: str) -> bool:
    if isinstance(value, Mapping):
        return any(_repeats(each, text) for each in value.values())
    if isinstance(value, list):
        return any(_repeats(each, text) for each in value)
    return isinstance(value, str | int | float) and str(value).strip().casefold() in text.casefold()


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
