"""Documents of at most 1 MiB that cost the most to read."""

from collections.abc import Callable
from itertools import chain, product
from string import ascii_letters, digits

MEBIBYTE = 1_048_576
# As deep as the parser goes.
DEEPEST = 190
# Within the bounds: 64 deep, and 65,536 arrays and objects, the two around them included.
DEEP, CONTAINERS = 62, 65_534


def nested() -> bytes:
    """Return lists in lists, side by side."""
    return _filled(b'{"a":[', b"[" * DEEPEST + b"]" * DEEPEST, b"]}")


def allowed() -> bytes:
    """Return as many lists as are allowed, as deep as is allowed, and as many numbers beside them as fit."""
    lists = [b"[" * DEEP + b"]" * DEEP] * (CONTAINERS // DEEP)
    start = b'{"a":[' + b",".join(lists) + b","
    return _filled(start, b"0", b"]}")


def wide() -> bytes:
    """Return as many empty lists as fit."""
    return _filled(b'{"a":[', b"[]", b"]}")


def unknown_fields() -> bytes:
    """Return as many fields that no model has as fit."""
    names = chain.from_iterable(product(ascii_letters + digits, repeat=length) for length in (1, 2, 3))
    fields: list[str] = []
    size = len("{}")
    while (size := size + len(field := f'"{"".join(next(names))}":0,')) <= MEBIBYTE:
        fields.append(field)
    return f"{{{''.join(fields)[:-1]}}}".encode()


def _filled(start: bytes, part: bytes, end: bytes) -> bytes:
    times = (MEBIBYTE - len(start) - len(end)) // (len(part) + 1)
    return start + b",".join([part] * times) + end


WORST: dict[str, Callable[[], bytes]] = {
    "nested lists": nested,
    "as many lists as are allowed": allowed,
    "lists side by side": wide,
    "unknown fields": unknown_fields,
}
