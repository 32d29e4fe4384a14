"""What a document may cost: bounds that hold before it is parsed, because a parser pays for every array and object."""

import re

from lambda_app.contract.errors import nested_too_deeply, not_json, too_many_containers
from lambda_app.settings import get_settings

MAX_DEPTH = 64

# Bytes that hold at most 64 arrays and objects, because each has two brackets. MAX_CONTAINERS is never less.
_MAX_FREE = 2 * MAX_DEPTH

# Closing brackets, and as many opening ones. First one of each, because short steps hide the long descents.
_BETWEEN_SIBLINGS = [b"]" * number + b"[" * number for number in (1, 32, 16, 8, 4, 2, 1)]

_SQUARE = bytes.maketrans(b"{}", b"[]")
_NOT_STRUCTURE = bytes(set(range(256)) - set(b'[]{}"'))

# Outside of strings, JSON has neither of the two letters. pydantic's parser reads NaN, Infinity and -Infinity.
_N, _I = b"NI"
_NOT_A_NUMBER = rb'(?:[^"NI]++|"(?:[^"\\]++|\\.)*+")*+[NI]'


def check(data: bytes) -> None:
    """Refuse JSON text that costs too much to parse, or that only a lenient parser takes.

    Raises InvalidInput: 400 where arrays and objects are nested more than 64 deep, 413 where there are more than
    MAX_CONTAINERS of them, and 400 for NaN and Infinity, which are no JSON (RFC 8259, section 6).
    """
    if len(data) > _MAX_FREE and _has_many_brackets(data):
        _check_structure(_structure(data), get_settings().max_containers)
    # First for one byte, because to look for a word takes ten times as long.
    is_suspicious = (_N in data and b"NaN" in data) or (_I in data and b"Infinity" in data)
    if is_suspicious and re.match(_NOT_A_NUMBER, data, re.DOTALL):
        raise not_json("Invalid JSON: NaN and Infinity are not JSON")


def _has_many_brackets(data: bytes) -> bool:
    """Tell whether there may be more than 64 arrays and objects. Brackets in strings count as well.

    Replacing stops there, and it finds a byte several times faster than `bytes.count` does.
    """
    without_arrays = data.replace(b"[", b"", MAX_DEPTH + 1)
    without_both = without_arrays.replace(b"{", b"", MAX_DEPTH + 1)
    return len(data) - len(without_both) > MAX_DEPTH


def _structure(data: bytes) -> bytes:
    """Return the brackets of JSON text that are not in its strings, all of them square."""
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    found = data.translate(_SQUARE, _NOT_STRUCTURE)
    # Two quotes side by side hold nothing between them, whichever strings they belong to.
    found = found.replace(b'""', b"")
    return re.sub(b'"[^"]*+"?', b"", found) if b'"' in found else found


def _check_structure(structure: bytes, limit: int) -> None:
    if structure.count(b"[") > limit:
        raise too_many_containers(limit)
    # What closes and opens again changes no depth. Without it, little is left for the turns that follow.
    for brackets in _BETWEEN_SIBLINGS:
        structure = structure.replace(brackets, b"")
    # Each turn takes the innermost arrays and objects away. What is not balanced is left to the parser.
    for _ in range(MAX_DEPTH):
        if b"[]" not in structure:
            return
        structure = structure.replace(b"[]", b"")
    if b"[]" in structure:
        raise nested_too_deeply(MAX_DEPTH)


def is_nested_too_deeply(value: object) -> bool:
    """Tell whether a value that was decoded from JSON is nested more than 64 deep. It may be deeper than the stack."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [child for each in level for child in _children(each)]
    return bool(level)


def _children(value: object) -> list[object]:
    """Return the members of an array or object, or one None where it is empty, so that its level counts."""
    if isinstance(value, dict):
        return list(value.values()) or [None]
    return (value or [None]) if isinstance(value, list) else []
