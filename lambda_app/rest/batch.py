"""The route for many documents, `POST /NAME/batch`: JSON Lines in, one line out for each."""

import asyncio
from collections.abc import Sequence
from time import perf_counter
from typing import Any

from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.errors import unsupported_media_type
from lambda_app.contract.life import Life, at_once
from lambda_app.contract.problem import Problem
from lambda_app.rest import threads
from lambda_app.rest.lines import Lines
from lambda_app.rest.problems import documented, log_failure, on_http_exception

MEDIA_TYPES = ("application/jsonl", "application/x-ndjson")

# What is answered before other requests get their turn, and before the answers leave.
LINES_AT_ONCE = 128
SECONDS_AT_ONCE = 0.02

_SUMMARY = "Answer many documents, as JSON Lines."
_DESCRIPTION = "Each line is a request document. The answer has its response or problem document, in the same order."


class BatchFunction:
    """The function of a batch route, as FastAPI sees it."""

    def __init__(self, name: str, endpoint: Endpoint, life: Life) -> None:
        self.endpoint_name = name
        self.endpoint = endpoint
        self.life = life
        self.__name__ = f"{endpoint.function.__name__}_batch"
        self.__doc__ = _DESCRIPTION

    async def __call__(self, request: Request) -> Response:
        """Return the response that answers the lines of a request. Raises InvalidInput for another content type."""
        essence = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if essence and essence not in MEDIA_TYPES:
            await request.body()  # 413 comes before 415, as on every route
            raise unsupported_media_type(*MEDIA_TYPES)
        return BatchResponse(self, request)

    async def answers(self, lines: Sequence[bytes]) -> list[bytes]:
        """Return the answers to the first of some lines, in order: to as many as a turn allows, and at least to one."""
        if self.endpoint.is_async:
            return await self._answers(lines)
        return await threads.run(lambda: at_once(self._answers(lines)))

    async def _answers(self, lines: Sequence[bytes]) -> list[bytes]:
        end = perf_counter() + SECONDS_AT_ONCE
        answers: list[bytes] = []
        for line in lines:
            answers.append(await self._answer(line))
            if perf_counter() > end:
                break
        return answers

    async def _answer(self, line: bytes) -> bytes:
        """Return the response or problem document for a line, and a line feed."""
        try:
            return await self.life.answer(self.endpoint, line) + b"\n"
        except Problem as problem:
            log_failure(problem)
            return problem.json() + b"\n"


class BatchResponse(Response):
    """The answers to the lines of a request. They leave while later lines are read.

    No line is processed while the client does not take the answers, or once it has gone away. What is wrong with the
    request as a whole is raised, or is the last line where answers have left before.
    """

    media_type = MEDIA_TYPES[0]

    def __init__(self, function: BatchFunction, request: Request) -> None:
        self.status_code = 200
        self.background = None
        self.init_headers()
        self._function = function
        self._request = request
        self._has_started = False

    async def __call__(self, _: Scope, __: Receive, send: Send) -> None:
        """Send the response. Raises Problem, HTTPException or ClientDisconnect before the first answer."""
        lines = Lines(self._request)
        # Starlette's StreamingResponse would read the request itself, to see whether the client goes away.
        reader = asyncio.create_task(lines.read())
        try:
            await self._answer(lines, send)
        except (HTTPException, Problem) as error:  # the body is too large, or there are too many lines or requests
            if not self._has_started:
                raise
            await self._send(send, await self._last_line(error), is_last=True)
        except ClientDisconnect:
            if not self._has_started:
                raise
        finally:
            reader.cancel()
            await asyncio.wait([reader])
            lines.drop()
        if self.background is not None:
            await self.background()

    async def _answer(self, lines: Lines, send: Send) -> None:
        while True:
            answers = await self._function.answers(await lines.upcoming(LINES_AT_ONCE))
            lines.take(len(answers))
            is_last = lines.are_over
            await self._send(send, b"".join(answers), is_last=is_last)
            if is_last:
                return
            await asyncio.sleep(0)  # other requests get their turn, because `send` need not wait

    async def _send(self, send: Send, body: bytes, *, is_last: bool) -> None:
        if not self._has_started:
            self._has_started = True
            length = [(b"content-length", b"%d" % len(body))] if is_last else []
            headers = [*length, *self.raw_headers]
            await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": not is_last})

    async def _last_line(self, error: HTTPException | Problem) -> bytes:
        if isinstance(error, Problem):
            return error.json() + b"\n"
        return bytes((await on_http_exception(self._request, error)).body) + b"\n"


def batch_options(name: str) -> dict[str, Any]:
    """Return what FastAPI's `add_api_route` takes for the batch of an endpoint of a name."""
    lines: dict[str, Any] = {"schema": {"type": "string"}}
    answered = {
        "description": "For each line, in order, its response document or its problem document",
        "content": {MEDIA_TYPES[0]: {"schema": {"type": "string"}}},
    }
    return {
        "methods": ["POST"],
        "response_class": Response,
        "tags": [name],
        "summary": _SUMMARY,
        "responses": {
            200: answered,
            413: documented("Larger than MAX_BODY_BYTES, or too many lines", Problem(413)),
            415: documented("Another content type", unsupported_media_type(*MEDIA_TYPES)),
        },
        # A batch of no lines is answered with none.
        "openapi_extra": {"requestBody": {"required": False, "content": dict.fromkeys(MEDIA_TYPES, lines)}},
    }
