"""The files of the documentation page: those of swagger-ui-dist, and the page's own script and style."""

import gzip
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from fastapi import HTTPException, Request, Response

_FOLDERS = (Path(__file__).parent, Path(__file__).with_name("swagger-ui"))
# The bundle is UTF-8, and a browser that takes it for anything else finds a syntax error in it.
_SCRIPT, _STYLE = "text/javascript; charset=utf-8", "text/css; charset=utf-8"
_MEDIA_TYPES: Mapping[str, str] = {
    "oauth2-redirect.js": _SCRIPT,
    "page.css": _STYLE,
    "page.js": _SCRIPT,
    "swagger-ui-bundle.js": _SCRIPT,
    "swagger-ui.css": _STYLE,
}


class File(NamedTuple):
    """A file in gzip's format, and the beginning of its SHA-256."""

    packed: bytes
    digest: str


@cache
def read_file(name: str) -> File:
    """Read a file, which lies there compressed or as it is."""
    for folder in _FOLDERS:
        if (path := folder / name).exists():
            packed = gzip.compress(path.read_bytes(), mtime=0)
        elif (path := folder / f"{name}.gz").exists():
            packed = path.read_bytes()
    return File(packed, sha256(packed).hexdigest()[:16])


def file_response(name: str, request: Request) -> Response:
    """Return a file, compressed where the client takes gzip. Raises HTTPException where there is none of that name.

    An address with the file's digest may be kept for a year, because another content has another address (RFC 9111,
    "HTTP Caching", and RFC 8246, "HTTP Immutable Responses"). Any other one is compared by its ETag.
    """
    if name not in _MEDIA_TYPES:
        raise HTTPException(404)
    file = read_file(name)
    is_kept = request.url.query == file.digest
    headers = {
        "cache-control": "max-age=31536000, immutable" if is_kept else "no-cache",
        # Weak, because the compressed and the plain bytes share it.
        "etag": f'W/"{file.digest}"',
        "vary": "accept-encoding",
        "x-content-type-options": "nosniff",
    }
    if f'"{file.digest}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    media_type = _MEDIA_TYPES[name]
    if takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(file.packed, headers={**headers, "content-encoding": "gzip"}, media_type=media_type)
    return Response(gzip.decompress(file.packed), headers=headers, media_type=media_type)


def takes_gzip(accept_encoding: str) -> bool:
    """Tell whether a client names gzip, with a weight other than 0 (RFC 9110, 12.5.3, "Accept-Encoding")."""
    for coding in accept_encoding.lower().split(","):
        name, _, weight = coding.replace(" ", "").partition(";q=")
        if name == "gzip":
            return not weight or bool(weight.strip("0."))
    return False
