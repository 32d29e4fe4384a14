"""One HTTP request of a Lambda event, and the response to it."""

import asyncio
from collections.abc import Callable
from itertools import accumulate, takewhile
from typing import Any

from mangum.types import Response
from starlette.types import Message

from lambda_app.aws_lambda.payload import WORST_GROWTH, BodySize, ResponseTooLarge, size_of
from lambda_app.contract.problem import MEDIA_TYPE, InvalidInput, Problem
from lambda_app.rest.batch import MEDIA_TYPES
from lambda_app.rest.response_headers import SAFE

# At most so many bytes of an answer are neither the response's body nor a header, and beside each header.
_ENVELOPE = 256
_BESIDE_HEADER = 16


class Exchange:
    """What an ASGI application receives and sends (ASGI's "HTTP & WebSocket ASGI Message Format").

    Mangum's HTTPCycle takes longer than the rest of Mangum. Where the application raises, it answers with plain text
    and not with a problem document, and it takes a response of any size.

    `translate` makes a response the answer to the event. The answer may have `limit` bytes of JSON.
    """

    def __init__(self, body: bytes, translate: Callable[[Response], dict[str, Any]], limit: int) -> None:
        self._requests: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        self._has_request_body = bool(body)
        self._translate = translate
        self._limit = limit
        self._status = 0
        self._headers: list[list[bytes]] = []
        self._beside = _ENVELOPE
        self._body = bytearray()
        self._is_whole = False
        self._is_over = asyncio.Event()
        self._size: BodySize | None = None
        self._room = 0
        self._is_refused = False
        self._problem: Problem | None = None

    async def receive(self) -> Message:
        """Return the request and, once that has been answered, a disconnect."""
        if self._requests:
            return self._requests.pop()
        await self._is_over.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take a part of the response. Raises ResponseTooLarge where AWS would not take the whole of it."""
        if self._is_refused:  # and the application goes on all the same
            raise ResponseTooLarge(self._limit)
        if message["type"] == "http.response.start":
            self._status = message["status"]
            # ASGI frameworks write headers in Latin-1, and Mangum reads them as UTF-8.
            self._headers = [[part.decode("latin-1").encode() for part in pair] for pair in message.get("headers", ())]
            self._beside += sum(len(name) + len(value) + _BESIDE_HEADER for name, value in self._headers)
        elif message["type"] == "http.response.body":
            part, is_last = message.get("body", b""), not message.get("more_body", False)
            self._body += part
            if (self._beside + len(self._body)) * WORST_GROWTH > self._limit:
                self._measure(part, is_last=is_last)
            if is_last:
                self._is_whole = True
                self._is_over.set()

    @property
    def answer(self) -> dict[str, Any]:
        """The answer to the event: a problem where the application's own response is not whole, or too large."""
        if self._is_whole:
            return self._translate({"status": self._status, "headers": self._headers, "body": bytes(self._body)})
        kept = [pair for pair in self._headers if pair[0] == b"x-request-id"]
        safe = [[name.encode(), value.encode()] for name, value in SAFE.items()]
        headers = [[b"content-type", MEDIA_TYPE.encode()], *safe, *kept]
        problem = self._problem or Problem(500)
        return self._translate({"status": problem.status, "headers": headers, "body": problem.json()})

    def _measure(self, part: bytes, *, is_last: bool) -> None:
        """Measure a response that may be too large. To measure a response is to encode it, so no other is measured."""
        if self._size is None:
            probe = self._translate({"status": self._status, "headers": self._headers, "body": b"-"})
            self._size = BodySize(is_text=not probe["isBase64Encoded"])
            self._room = self._limit - size_of({**probe, "body": ""})
            part = bytes(self._body)
        room = self._room - self._size.bytes
        self._size.add(part, is_last=is_last)
        if self._size.bytes > self._room:
            self._is_refused = True
            self._is_over.set()
            error = ResponseTooLarge(self._limit)
            self._problem = self._refusal(str(error), part, room)
            self._body.clear()
            raise error

    def _refusal(self, detail: str, part: bytes, room: int) -> Problem:
        """Return the problem for a response whose last part has no room: 413 for a batch, whose lines can be fewer."""
        types = [value.decode() for name, value in self._headers if name == b"content-type"]
        if not (self._has_request_body and types and types[0] in MEDIA_TYPES):
            return Problem(500, detail)  # the client has sent nothing that is too large
        if self._size is None or not self._size.is_text:  # a middleware has compressed it
            return InvalidInput(413, f"{detail} Send fewer lines.")
        lines = part.decode(errors="replace").split("\n")
        ends = accumulate(size_of(f"{line}\n") - size_of("") for line in lines)
        fitting = self._body.count(b"\n") - part.count(b"\n") + sum(1 for _ in takewhile(lambda end: end <= room, ends))
        return InvalidInput(413, f"{detail} The answers to the first {fitting:,} lines fit.")
