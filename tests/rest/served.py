"""The REST server's protocol on an event loop whose seconds a test lets pass, and clients of it."""

import asyncio
import json
import logging
import re
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.server import ServerState

from lambda_app.rest.protocol import BoundedProtocol

Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_TURNS = 20  # of the event loop, in which what is on its way between two sockets of this process arrives


class Loop(asyncio.SelectorEventLoop):
    """An event loop that is told how late it is. For it no other time passes."""

    passed = 0.0

    def time(self) -> float:
        return self.passed


def on_a_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run a test, which is a coroutine function, on such a loop."""

    @wraps(test)
    def run(*arguments: Any, **named: Any) -> None:
        async def wait() -> None:
            task = asyncio.current_task()
            assert task is not None
            # The loop's own time does not pass, so no timeout of its own ends a test that waits in vain.
            watchdog = threading.Timer(20, asyncio.get_running_loop().call_soon_threadsafe, [task.cancel])
            watchdog.start()
            try:
                await test(*arguments, **named)
            finally:
                watchdog.cancel()

        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.run(wait())

    return run


async def settle(turns: int = _TURNS) -> None:
    """Let everything happen that needs no time."""
    for _ in range(turns):
        await asyncio.sleep(0)


async def seconds(count: int) -> None:
    """Let so many seconds pass, one by one."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Loop)
    for _ in range(count):
        loop.passed += 1
        await settle()


async def moment() -> None:
    """Let the time pass for which new connections may exceed their limit."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Loop)
    loop.passed += 0.125
    await settle()


class Server:
    """An application behind the protocol."""

    def __init__(self, app: ASGIApp, **options: Any) -> None:
        options = {"ws": "none", "lifespan": "off", "log_config": None, "proxy_headers": False, **options}
        self.config = Config(app, http=BoundedProtocol, **options)
        self.config.load()
        self.state = ServerState()
        self.clients: list[Client] = []
        self.port = 0

    def protocol(self) -> BoundedProtocol:
        """Return what serves a new connection."""
        return BoundedProtocol(self.config, self.state, {})

    async def connect(self, sent: bytes = b"", *, is_settled: bool = True) -> Client:
        """Return a new connection, on which so much has been sent."""
        client = await asyncio.open_connection("127.0.0.1", self.port, limit=2**26)
        self.clients.append(client)
        client[1].write(sent)
        if is_settled:
            await settle()
        return client

    async def answer(self, sent: bytes) -> bytes:
        """Return all that a new connection answers until the server closes it."""
        reader, _ = await self.connect(sent)
        return await reader.read()


@asynccontextmanager
async def serving(app: ASGIApp, **options: Any) -> AsyncIterator[Server]:
    """Serve an application on a port of this machine, without WebSockets. `options` are uvicorn's."""
    server = Server(app, **options)
    listener = await asyncio.get_running_loop().create_server(server.protocol, "127.0.0.1", 0, backlog=100)
    server.port = listener.sockets[0].getsockname()[1]
    async with listener:
        yield server
        for _, writer in server.clients:
            writer.transport.abort()
        await settle()
        for task in server.state.tasks:
            task.cancel()
        await settle()


class Echo:
    """An application that answers with what it is asked, and remembers it."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, str], str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message["body"]
            if not message["more_body"]:
                break
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.requests.append((scope["method"], scope["path"], headers, body.decode()))
        await respond(send, body)


async def respond(send: Send, body: bytes) -> None:
    """Send a response."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


def ok(body: bytes = b"", *, is_last: bool = False) -> bytes:
    """Return the response to an echoed body."""
    end = b"connection: close\r\n" if is_last else b""
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n%s\r\n%s" % (len(body), end, body)


def refusal(status: int, title: str, detail: str, *more: str) -> bytes:
    """Return the refusal that a client gets, with ID in place of its request id."""
    body = json.dumps(
        {"type": "about:blank", "title": title, "status": status, "detail": detail}, separators=(",", ":")
    )
    phrase = {431: "Request Header Fields Too Large"}.get(status, title)
    lines = [
        f"HTTP/1.1 {status} {phrase}",
        "content-type: application/problem+json",
        f"content-length: {len(body)}",
        "x-request-id: ID",
        "connection: close",
        "x-content-type-options: nosniff",
        "cache-control: no-store",
        *more,
    ]
    return "\r\n".join([*lines, "", body]).encode()


def anonymous(answer: bytes) -> bytes:
    """Return an answer with ID in place of its request id."""
    return re.sub(rb"x-request-id: [0-9a-f]{32}\r\n", b"x-request-id: ID\r\n", answer)


logging.getLogger("asyncio").setLevel(logging.WARNING)  # its lines on slow callbacks
