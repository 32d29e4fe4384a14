"""What the REST server itself refuses: the answer, its line in the log, and the end of the connection."""

import asyncio
import logging
import os
import socket
import struct
from collections.abc import Iterable

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from lambda_app.contract.problem import MEDIA_TYPE, Problem, error_code
from lambda_app.rest.request_log import REQUEST_ID
from lambda_app.rest.response_headers import SAFE

_AT_ONCE = struct.pack("ii", 1, 0)  # struct linger: on, and for no time

logger = logging.getLogger(__name__)


def log_refusal(problem: Problem) -> str:
    """Write a line like the request log's, and return its request id. The detail holds nothing that a client sent."""
    request_id = os.urandom(16).hex()
    token = REQUEST_ID.set(request_id)
    fields = {"status": problem.status, "errorCode": error_code(problem)}
    logger.info("refused: %d %s", problem.status, problem.line, extra=fields)
    REQUEST_ID.reset(token)
    return request_id


def whole_response(problem: Problem, request_id: str, server_headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return a problem as the last response of a connection."""
    body = problem.json()
    own = {
        "content-type": MEDIA_TYPE,
        "content-length": str(len(body)),
        "x-request-id": request_id,
        "connection": "close",
        **SAFE,
        **problem.headers,
    }
    headers = [*server_headers, *((name.encode(), value.encode()) for name, value in own.items())]
    lines = [name + b": " + value + b"\r\n" for name, value in headers]
    return b"".join([STATUS_LINE[problem.status], *lines, b"\r\n", body])


def reset(transport: asyncio.Transport) -> None:
    """Close a connection whose client takes nothing. The kernel would otherwise keep what it has not taken."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    transport.abort()
