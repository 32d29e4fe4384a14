"""One HTTP request of a Lambda event, and the response to it."""

import asyncio

from mangum.types import Response
from starlette.types import Message

from lambda_app.contract.problem import MEDIA_TYPE, Problem


class Exchange:
    """What an ASGI application receives and sends (ASGI's "HTTP & WebSocket ASGI Message Format").

    Mangum's HTTPCycle takes longer than the rest of Mangum. Where the application raises, it answers with plain text
    and not with a problem document.
    """

    def __init__(self, body: bytes) -> None:
        self._requests: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        self._status = 0
        self._headers: list[list[bytes]] = []
        self._body = bytearray()
        self._is_whole = asyncio.Event()

    async def receive(self) -> Message:
        """Return the request and, once that has been answered, a disconnect."""
        if self._requests:
            return self._requests.pop()
        await self._is_whole.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take a part of the response."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            # ASGI frameworks write headers in Latin-1, and Mangum reads them as UTF-8.
            self._headers = [[part.decode("latin-1").encode() for part in pair] for pair in message.get("headers", ())]
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                self._is_whole.set()

    @property
    def response(self) -> Response:
        """The response for Mangum to translate: a problem where the application's own is not complete."""
        if self._is_whole.is_set():
            return {"status": self._status, "headers": self._headers, "body": bytes(self._body)}
        kept = [pair for pair in self._headers if pair[0] == b"x-request-id"]
        headers = [[b"content-type", MEDIA_TYPE.encode()], *kept]
        return {"status": 500, "headers": headers, "body": Problem(500).json()}
