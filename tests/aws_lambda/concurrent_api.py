"""A stand-in of the Runtime API for many workers, which is faster than they are."""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

INVOCATION = (
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: {number}\r\n"
    "Lambda-Runtime-Deadline-Ms: 99999999999999\r\nLambda-Runtime-Invoked-Function-Arn: arn\r\n"
    "Content-Length: {size}\r\n\r\n"
)
ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


class ConcurrentApi:
    """Hands out each event once, and keeps every answer to it, in the order of the events."""

    def __init__(self, events: Sequence[Any]) -> None:
        self.answers: list[list[Any]] = [[] for _ in events]
        self._events = iter(enumerate(json.dumps(event).encode() for event in events))
        self._unanswered = len(events)
        self._is_answered = asyncio.Event()

    async def __aenter__(self) -> Mapping[str, str]:
        """Listen, and return the environment of a runtime that asks here."""
        self._server = await asyncio.start_server(self._serve_worker, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        return {
            "AWS_LAMBDA_RUNTIME_API": f"{host}:{port}",
            "AWS_LAMBDA_FUNCTION_NAME": "lambda_app",
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "2048",
        }

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def run(self, process: asyncio.subprocess.Process, seconds: float) -> int:
        """Serve the runtime's process until it ends, and return its status.

        It ends after the last answer, because its workers then get no further event. It is killed after so long.
        """
        try:
            async with asyncio.timeout(seconds):
                await self._is_answered.wait()
                self._server.close()
                return await process.wait()
        finally:
            with suppress(ProcessLookupError):
                process.kill()

    async def _serve_worker(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while not self._is_answered.is_set():
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                if head.startswith("GET "):
                    await self._hand_out(writer)
                    continue
                size = re.search(r"(?i)^content-length: (\d+)", head, re.MULTILINE)
                assert size is not None
                self._take(int(head.split("/")[4]), json.loads(await reader.readexactly(int(size[1]))))
                writer.write(ACCEPTED)
        writer.close()

    async def _hand_out(self, writer: asyncio.StreamWriter) -> None:
        if (event := next(self._events, None)) is None:
            await self._is_answered.wait()
            return
        number, body = event
        writer.write(INVOCATION.format(number=number, size=len(body)).encode() + body)

    def _take(self, number: int, answer: Any) -> None:
        self.answers[number].append(answer)
        self._unanswered -= 1
        if not self._unanswered:
            self._is_answered.set()
