"""Header fields that every response of the HTTP doors has."""

from collections.abc import Iterable, Sequence

Field = tuple[bytes, bytes]

# Fetch Standard, "X-Content-Type-Options header": a browser takes no response for a script that is called JSON.
_NOSNIFF = (b"x-content-type-options", b"nosniff")
# RFC 9111, section 5.2.2.5: what one caller gets is for no cache, and so for nobody else.
_NO_STORE = (b"cache-control", b"no-store")

SAFE = {name.decode(): value.decode() for name, value in (_NOSNIFF, _NO_STORE)}


def completed(headers: Iterable[Field], request_id: Field) -> Sequence[Field]:
    """Return the header fields of a response with those that it lacks, and with the request id.

    A response that says how to store it, or has what a stored one is compared by, is left to caches.
    """
    given = [field for field in headers if field[0] != request_id[0]]
    names = {name for name, _ in given}
    if _NOSNIFF[0] not in names:
        given.append(_NOSNIFF)
    if names.isdisjoint((_NO_STORE[0], b"etag", b"last-modified")):
        given.append(_NO_STORE)
    given.append(request_id)
    return given
