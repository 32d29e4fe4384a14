"""The lines of a request's body, read while earlier ones are answered."""

import asyncio
from collections.abc import Sequence

from fastapi import Request
from starlette.requests import ClientDisconnect

from lambda_app.contract.problem import InvalidInput

# The cost of a batch grows with its lines, and not only with its bytes: 1 MiB has room for a million empty lines, and a
# problem of more than 200 bytes answers each of them.
MAX_LINES = 65_536


class Lines:
    """The lines of a request. One task reads them, and another one takes them.

    The body is read ahead, because many clients read no answer before they have sent all of it. FastAPI's
    `max_body_size` limits what is held.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._news = asyncio.Event()
        self._is_read = False
        self._error: Exception | None = None
        self._count = 0
        # What has arrived and has not been split yet, and how much of it is known to have no line feed.
        self._arrived = bytearray()
        self._searched = 0
        self._lines: list[bytes] = []
        self._taken = 0

    async def read(self) -> None:
        """Read the body, and then wait until the client goes away."""
        try:
            async for chunk in self._request.stream():
                self._add(chunk)
            self._is_read = True
            self._news.set()
            if (await self._request.receive())["type"] == "http.disconnect":
                self._error = ClientDisconnect()
        except Exception as error:  # noqa: BLE001 (`upcoming` raises it)
            self._error = error
        self._news.set()

    async def upcoming(self, number: int) -> Sequence[bytes]:
        """Return up to a number of the next lines, and none at the end. Waits where none has arrived.

        Raises InvalidInput where there are more than MAX_LINES, ClientDisconnect where the client has gone away, and
        Starlette's HTTPException where the body is too large.
        """
        while True:
            if self._error is not None:
                raise self._error
            if self._taken == len(self._lines):
                self._split()
            if self._lines or self._is_read:
                return self._lines[self._taken : self._taken + number]
            self._news.clear()
            await self._news.wait()

    def take(self, number: int) -> None:
        """Take a number of the upcoming lines away."""
        self._taken += number

    @property
    def are_over(self) -> bool:
        """Whether all lines have been read and taken."""
        return self._is_read and self._taken == len(self._lines) and not self._arrived

    def drop(self) -> None:
        """Let go of what was read. An error that was raised refers to this object, and this object to the error.

        Such a cycle waits for the garbage collector, which may be a long time.
        """
        self._error = None
        self._lines = []
        self._arrived.clear()

    def _add(self, chunk: bytes) -> None:
        self._arrived += chunk
        self._count += chunk.count(b"\n")
        if self._count + (chunk[-1:] not in {b"\n", b""}) > MAX_LINES:
            hint = "Larger input belongs to `python -m lambda_app --jsonl`, or to a queue."
            raise InvalidInput(413, f"The batch has more than {MAX_LINES:,} lines. {hint}")
        self._news.set()

    def _split(self) -> None:
        self._lines, self._taken = [], 0
        end = self._arrived.rfind(b"\n", self._searched)
        if end >= 0:
            self._lines = bytes(self._arrived[:end]).split(b"\n")
            del self._arrived[: end + 1]
        self._searched = len(self._arrived)
        if self._is_read and self._arrived:
            self._lines.append(bytes(self._arrived))
            self._arrived.clear()
