"""One HTTP request of a Lambda event, and the response to it."""

import asyncio

from mangum.types import Response
from starlette.types import Message

from lambda_app.contract.problem import MEDIA_TYPE, Problem


class Exchange:
    """What an ASGI application receives and sends (ASGI's "HTTP & WebSocket ASGI Message Format").

    Mangum's HTTPCycle would do, but takes longer than all the rest of Mangum, and answers an application that raises
    with a text in place of a problem document.
    """

    def __init__(self, body: bytes) -> None:
        self._requests: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        self._status = 0
        self._headers: list[list[bytes]] = []
        self._body = bytearray()
        self._is_whole = asyncio.Event()

    async def receive(self) -> Message:
        """Return the request and, when that has been answered, that the client is gone."""
        if self._requests:
            return self._requests.pop()
        await self._is_whole.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take a part of the response."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            # HTTP's headers are Latin-1, as ASGI frameworks write them; Mangum reads UTF-8.
            self._headers = [[part.decode("latin-1").encode() for part in pair] for pair in message.get("headers", ())]
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                self._is_whole.set()

    @property
    def response(self) -> Response:
        """The response for Mangum to translate: a problem where the application has not given a whole one."""
        if self._is_whole.is_set():
            return {"status": self._status, "headers": self._headers, "body": bytes(self._body)}
        kept = [pair for pair in self._headers if pair[0] == b"x-request-id"]
        headers = [[b"content-type", MEDIA_TYPE.encode()], *kept]
        return {"status": 500, "headers": headers, "body": Problem(500).json()}
