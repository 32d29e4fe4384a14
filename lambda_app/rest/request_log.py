"""The log of the HTTP doors: an id and a line for each request. It also answers uncaught exceptions."""

import asyncio
import logging
import os
import re
from contextvars import ContextVar
from time import perf_counter
from urllib.parse import quote

from fastapi.exceptions import ResponseValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lambda_app.contract.printable import printable
from lambda_app.contract.problem import Problem
from lambda_app.rest.log_handler import LogHandler, TimeFormatter
from lambda_app.rest.problems import log_invalid_response, problem_response

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="-")
_SANE_REQUEST_ID = re.compile(r"[0-9A-Za-z._:/+=-]{1,128}", re.ASCII)

_HEADER = b"x-request-id"
_SEEN = "lambda_app.request_log"

logger = logging.getLogger(__name__)


class RequestLog:
    """The outermost ASGI middleware. It also logs what other middleware answers, such as CORS preflights.

    `X-Request-ID` is taken from the request where it is at most 128 letters, digits and `._:/+=-`, and made otherwise.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection."""
        if scope["type"] != "http" or _SEEN in scope:  # an application inside another one
            await self.app(scope, receive, send)
            return
        scope[_SEEN] = True
        start = perf_counter()
        request_id = _request_id(scope)
        token = REQUEST_ID.set(request_id)
        answer = Answer(send, request_id)
        try:
            await self.app(scope, receive, answer.send)
        except asyncio.CancelledError:
            # The server cancels what is in flight when its grace period is over.
            logger.warning("cancelled")
            if not answer.status:
                await problem_response(Problem(503))(scope, receive, answer.send)
            raise
        except (Exception, SystemExit, KeyboardInterrupt) as error:  # a route that exits must not end the server
            _log(error, answer.refusal)
            if not answer.status:
                await problem_response(Problem(500))(scope, receive, answer.send)
            elif not answer.is_whole:
                raise  # so that the server cuts the response off
        finally:
            if logger.isEnabledFor(logging.INFO):
                path = scope.get("raw_path") or quote(scope["path"], errors="replace").encode()
                milliseconds = (perf_counter() - start) * 1000
                method, target = printable(scope["method"]), printable(path.decode("ascii", "replace"))
                shown = (method, target, answer.status, milliseconds)
                logger.info("%s %s %d %.1f ms", *shown)
            REQUEST_ID.reset(token)


def _request_id(scope: Scope) -> str:
    """Return the id that a request brings, or a new one."""
    for name, value in scope["headers"]:
        if name == _HEADER:
            request_id: str = value.decode("latin-1")
            if _SANE_REQUEST_ID.fullmatch(request_id):
                return request_id
            break
    return os.urandom(16).hex()


class Answer:
    """Sends a response on to the server with the request id, and remembers how far it has come."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._header = (_HEADER, request_id.encode())
        self.status = 0
        self.is_whole = False
        # Why the server takes no more (ASGI: "send" raises an OSError).
        self.refusal: OSError | None = None

    async def send(self, message: Message) -> None:
        """Pass a message from the application on to the server."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            others = [pair for pair in message.get("headers", ()) if pair[0] != _HEADER]
            message["headers"] = [*others, self._header]
        elif message["type"] == "http.response.body":
            self.is_whole = not message.get("more_body", False)
        try:
            await self._send(message)
        except OSError as error:
            self.refusal = error
            raise


def configure_logging() -> None:
    """Log to standard error with request ids, except in Lambda, or where the process has set up its logging already."""
    # RequestLog writes a line for each request. uvicorn's would be a second one, without the request id.
    logging.getLogger("uvicorn.access").disabled = True
    root = logging.getLogger()
    if not root.handlers and "AWS_LAMBDA_RUNTIME_API" not in os.environ:
        handler = LogHandler(__name__)
        handler.addFilter(_add_request_id)
        handler.setFormatter(TimeFormatter("%(asctime)s %(levelname)s %(request_id)s %(name)s: %(message)s"))
        root.addHandler(handler)
        root.setLevel(logging.INFO)


def write_out() -> None:
    """Write the lines that wait: at the end, when no event loop does it any more."""
    for handler in logging.getLogger().handlers:
        handler.flush()


def _log(error: BaseException, refusal: OSError | None) -> None:
    # Starlette raises another one for what has a handler, where the response has started.
    cause = error.__cause__ or error
    if refusal is not None:
        logger.error("the response cannot be sent: %s", refusal)
    elif isinstance(cause, ResponseValidationError):
        log_invalid_response(cause)
    else:
        logger.error("unexpected error", exc_info=error)


def _add_request_id(record: logging.LogRecord) -> bool:
    record.request_id = REQUEST_ID.get()
    return True
