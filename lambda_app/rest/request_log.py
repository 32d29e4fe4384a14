"""The log of the HTTP doors: an id and a line for each request. It also answers uncaught exceptions."""

import asyncio
import logging
import re
from contextvars import ContextVar
from random import Random
from time import perf_counter
from urllib.parse import quote

from fastapi.exceptions import ResponseValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lambda_app.contract.printable import printable
from lambda_app.contract.problem import Problem
from lambda_app.rest.caller import caller_of
from lambda_app.rest.health import is_probe
from lambda_app.rest.problems import ERROR_CODE, log_invalid_response, problem_response
from lambda_app.rest.response_headers import completed
from lambda_app.rest.route import endpoint_of, route_of

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="-")
_SANE_REQUEST_ID = re.compile(r"[0-9A-Za-z._:/+=-]{1,128}", re.ASCII)

_HEADER = b"x-request-id"
_SEEN = "lambda_app.request_log"

logger = logging.getLogger(__name__)


class RequestLog:
    """The outermost ASGI middleware. It also logs what other middleware answers, such as CORS preflights.

    A line tells the route and not the path, which may hold a name or a number from the request. It tells the path where
    there is no such route. The lines of health checks are for debugging.

    `X-Request-ID` is taken from the request where it is at most 128 letters, digits and `._:/+=-`, and made otherwise.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        # Seeded by the system at each start of the application, and by nobody else, as the shared generator may be.
        self._random = Random()  # noqa: S311 (an id is no secret)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection."""
        if scope["type"] != "http" or _SEEN in scope:  # an application inside another one
            await self.app(scope, receive, send)
            return
        scope[_SEEN] = True
        start = perf_counter()
        level = logging.DEBUG if is_probe(scope) else logging.INFO
        root_path = scope.get("root_path", "")
        request_id = _request_id(scope, self._random)
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
            if logger.isEnabledFor(level):
                _log_request(level, scope, root_path, answer.status, (perf_counter() - start) * 1000)
            REQUEST_ID.reset(token)


def _request_id(scope: Scope, random: Random) -> str:
    """Return the id that a request brings, or a new one.

    `os.urandom` is not asked for each, because it lets another thread run, and the event loop then waits for its turn.
    Where `def` functions run in threads, that took a tenth of all requests a second.
    """
    for name, value in scope["headers"]:
        if name == _HEADER:
            request_id: str = value.decode("latin-1")
            if _SANE_REQUEST_ID.fullmatch(request_id):
                return request_id
            break
    return random.randbytes(16).hex()


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
            message["headers"] = completed(message.get("headers", ()), self._header)
        elif message["type"] == "http.response.body":
            self.is_whole = not message.get("more_body", False)
        try:
            await self._send(message)
        except OSError as error:
            self.refusal = error
            raise


def _log_request(level: int, scope: Scope, root_path: str, status: int, milliseconds: float) -> None:
    route = route_of(scope, root_path)
    if route is None:
        path = scope.get("raw_path") or quote(scope["path"], errors="replace").encode()
        target = printable(path.decode("ascii", "replace"))
    else:
        target = route
    caller = caller_of(scope)
    fields = {
        "caller": caller and caller.name,
        "endpoint": endpoint_of(scope),
        "route": route,
        "status": status or None,
        "duration": round(milliseconds, 3),
        "errorCode": scope.get(ERROR_CODE),
    }
    shown = (printable(scope["method"]), target, status, milliseconds)
    # As `logger.log(…, extra=fields)`, which looks for its caller and takes a third longer.
    record = logger.makeRecord(__name__, level, __file__, 0, "%s %s %d %.1f ms", shown, None, _log_request.__name__)
    record.__dict__.update(fields)
    logger.handle(record)


def _log(error: BaseException, refusal: OSError | None) -> None:
    # Starlette raises another one for what has a handler, where the response has started.
    cause = error.__cause__ or error
    if refusal is not None:
        logger.error("the response cannot be sent: %s", refusal)
    elif isinstance(cause, ResponseValidationError):
        log_invalid_response(cause)
    else:
        logger.error("unexpected error", exc_info=error)
