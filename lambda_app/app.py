"""The FastAPI application: the routes, the error contract and the health of the HTTP doors."""

import asyncio
import logging
import os
import re
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import ContextVar, copy_context
from http import HTTPStatus
from time import perf_counter
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lambda_app import __version__
from lambda_app.endpoint import ENDPOINT, MAX_BYTES, Endpoint, too_large
from lambda_app.problem import JSON_LINES, MEDIA_TYPE, TITLES, InvalidInput, Problem, refused
from lambda_app.settings import whole_number

MAX_LINES = 65_536
LINES_AT_ONCE = 128

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="-")
_SANE_REQUEST_ID = re.compile(r"[0-9A-Za-z._:/+=-]{1,128}", re.ASCII)

logger = logging.getLogger(__name__)


class Application(FastAPI):
    """FastAPI, with routes that read their requests themselves, and are documented where the document is asked for."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        from lambda_app.openapi import complete  # noqa: PLC0415 (no request but this one needs it)

        if self.openapi_schema is None:
            self.openapi_schema = complete(super().openapi(), self.state.endpoint)
        return self.openapi_schema


class RequestLog:
    """ASGI middleware: a request id for every request, one log line, and a problem for what nobody caught.

    `X-Request-ID` is taken from the request where it is at most 128 letters, digits and `._:/+=-`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status = perf_counter(), 0
        request_id = Headers(scope=scope).get("x-request-id", "")
        if not _SANE_REQUEST_ID.fullmatch(request_id):
            request_id = os.urandom(16).hex()
        token = REQUEST_ID.set(request_id)

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except (Exception, asyncio.CancelledError) as error:
            logger.exception("unexpected error")
            if status:
                raise  # the server has to break off an answer that is on its way
            # It cancels what is in flight when its grace period is over.
            answer = Problem(503 if isinstance(error, asyncio.CancelledError) else 500)
            await problem_response(answer)(scope, receive, send_with_id)
        finally:
            if logger.isEnabledFor(logging.INFO):
                path = scope.get("raw_path") or quote(scope["path"], errors="replace").encode()
                milliseconds = (perf_counter() - start) * 1000
                logger.info("%s %s %d %.1f ms", scope["method"], path.decode("ascii", "replace"), status, milliseconds)
            REQUEST_ID.reset(token)


def configure_logging() -> None:
    """Log to standard error with request ids, except in Lambda, or where the process has set up its logging already."""
    # RequestLog writes the line of each request. uvicorn's own would be a second one, without its id.
    logging.getLogger("uvicorn.access").disabled = True
    root = logging.getLogger()
    if not root.handlers and "AWS_LAMBDA_RUNTIME_API" not in os.environ:
        handler = logging.StreamHandler()
        handler.addFilter(lambda record: record.__dict__.update(request_id=REQUEST_ID.get()) or True)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(request_id)s %(name)s: %(message)s"))
        root.addHandler(handler)
        root.setLevel(logging.INFO)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Start up and shut down, once per process. What your function needs for its whole life is opened here."""
    configure_logging()
    threads = whole_number("PROCESS_THREADS", 16, 0, 1000)
    executor = ThreadPoolExecutor(threads or 1, "process")  # which starts no thread that it does not need
    app.state.executor = executor if threads else None
    yield
    # The server has waited for what is in flight for as long as it may: what still runs has been answered with 503.
    executor.shutdown(wait=False, cancel_futures=True)


async def call(request: Request, function: Callable[[Any], Any], argument: object) -> Any:  # noqa: ANN401 (function's)
    """Call a function that may block: in a thread, except with PROCESS_THREADS=0 and in Lambda."""
    executor = getattr(request.app.state, "executor", None)
    if executor is None or "aws.event" in request.scope:
        return function(argument)
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(executor, copy_context().run, function, argument)


async def read_body(request: Request, media_types: tuple[str, ...], hint: str = "") -> bytes:
    """Return the body of a request.

    Raises InvalidInput: 415 where its content type is none of the media types, 413 above 1 MiB.
    """
    headers = request.headers
    essence = headers.get("content-type", "").partition(";")[0].strip().lower()
    structured = essence.endswith("+json") and "application/json" in media_types
    if essence and essence not in media_types and not structured:
        raise InvalidInput(415, f"The content type must be {' or '.join(media_types)}.")
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > MAX_BYTES:
        raise too_large(hint)
    body = bytearray()
    message: Message = {"more_body": True}
    while message.get("more_body"):  # not request.stream(), which takes longer than all the rest of this
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise InvalidInput(400, "The client went away before its request was read.")
        body += message.get("body", b"")
        if len(body) > MAX_BYTES:
            raise too_large(hint)
    return bytes(body)


def problem_response(problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """Return a problem as an HTTP response."""
    return Response(problem.json(), problem.status, headers, MEDIA_TYPE)


async def on_error(_: Request, error: Problem | HTTPException | RequestValidationError) -> Response:
    """Answer what a route raises: a Problem, or on a route that you add what FastAPI raises or refuses there."""
    match error:
        case HTTPException(status_code=status, detail=detail):  # the detail is the reason phrase where none was given
            phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Error"
            problem = Problem(status, None if detail == phrase else str(detail))
            problem.title = TITLES.get(status, phrase)
            return problem_response(problem, dict(error.headers or {}))
        case RequestValidationError():
            return problem_response(refused(error.errors()))
    return problem_response(error)


def create_app(endpoint: Endpoint) -> FastAPI:
    """Return the application that serves an endpoint."""

    async def process(request: Request) -> Response:
        body = await read_body(request, ("application/json",))
        return Response(await call(request, endpoint.answer, body), media_type="application/json")

    async def process_batch(request: Request) -> Response:
        hint = " Larger input belongs to `python -m lambda_app --jsonl`, or to a queue."
        body = await read_body(request, JSON_LINES, hint)
        lines = body.removesuffix(b"\n").split(b"\n") if body else []
        if len(lines) > MAX_LINES:
            raise InvalidInput(413, f"The batch has more than {MAX_LINES:,} lines.{hint}")
        answers: list[bytes] = []
        for start in range(0, len(lines), LINES_AT_ONCE):
            # In slices, between which other requests get their turn.
            answers += await call(request, answer_lines, lines[start : start + LINES_AT_ONCE])
            await asyncio.sleep(0)
        return Response(b"".join(answers), media_type=JSON_LINES[0])

    def answer_lines(lines: list[bytes]) -> list[bytes]:
        return [endpoint.answer_line(line)[1] + b"\n" for line in lines]

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok", "version": __version__})

    app = Application(
        title="lambda_app",
        summary="One typed function behind three doors: AWS Lambda, REST and the terminal.",
        version=__version__,
        # Not FastAPI's own routes: those parse the body before the reader sees it, with other rules and other codes.
        routes=[
            Route("/process", process, methods=["POST"]),
            Route("/process/batch", process_batch, methods=["POST"]),
            Route("/health", health),
        ],
        lifespan=lifespan,
        redirect_slashes=False,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        exception_handlers=dict.fromkeys((Problem, HTTPException, RequestValidationError), on_error),
    )
    app.state.endpoint = endpoint
    app.add_middleware(RequestLog)
    return app


app = create_app(ENDPOINT)
