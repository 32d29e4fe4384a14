"""How a response gets to its client: in how many pieces, and when."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lambda_app.rest.protocol import BoundedProtocol
from tests.rest.served import Echo, Server, anonymous, ok, on_a_loop, refusal, settle

GET = b"GET / HTTP/1.1\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
START: Message = {"type": "http.response.start", "status": 200}


class Sent(asyncio.Transport):
    """A transport that remembers what it is told to send."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.is_closed
        self.pieces.append(anonymous(bytes(data)))

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.is_closed = True

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        """Go on: a test sends no more than it expects to be read."""

    def resume_reading(self) -> None:
        """Go on."""


def connected(app: ASGIApp) -> tuple[BoundedProtocol, Sent]:
    """Return what serves a new connection, and what it sends."""
    protocol, sent = Server(app).protocol(), Sent()
    protocol.connection_made(sent)
    return protocol, sent


def sending(respond: Callable[[Send], Awaitable[None]]) -> ASGIApp:
    """Return an application that begins a response, and goes on as it is told."""

    async def app(_: Scope, __: Receive, send: Send) -> None:
        await send(START)
        await respond(send)

    return app


async def send_part(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


@on_a_loop
async def test_the_head_and_the_content_of_a_response_leave_in_one_piece() -> None:
    protocol, sent = connected(Echo())
    protocol.data_received(GET + b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n")
    await settle()
    assert (sent.pieces, sent.is_closed) == ([ok(), ok(is_last=True)], True)
    protocol.connection_lost(None)


@on_a_loop
async def test_a_whole_response_does_not_wait_for_the_end_of_the_turn() -> None:
    left: list[bytes] = []

    async def end(send: Send) -> None:
        await send({"type": "http.response.body", "body": b""})
        left.extend(sent.pieces)

    protocol, sent = connected(sending(end))
    protocol.data_received(GET)
    await settle()
    assert left == sent.pieces == [HEAD + b"0\r\n\r\n"]
    protocol.connection_lost(None)


@on_a_loop
async def test_the_head_of_a_stream_does_not_wait_for_its_content() -> None:
    may_go_on = asyncio.Event()

    async def wait(send: Send) -> None:
        await may_go_on.wait()
        await send_part(send, b"a")
        await send_part(send, b"b")

    protocol, sent = connected(sending(wait))
    protocol.data_received(GET)
    await settle()
    assert sent.pieces == [HEAD]
    may_go_on.set()
    await settle()
    assert sent.pieces == [HEAD, b"1\r\na\r\n1\r\nb\r\n"]
    protocol.connection_lost(None)


@on_a_loop
async def test_no_more_than_16_kib_wait_for_the_end_of_a_turn() -> None:
    async def send_much(send: Send) -> None:
        for size in (20_000, 10_000, 5000, 5000):
            await send_part(send, b"a" * size)

    protocol, sent = connected(sending(send_much))
    protocol.data_received(GET)
    await settle()
    chunks = [b"%x\r\n%s\r\n" % (size, b"a" * size) for size in (20_000, 10_000, 5000, 5000)]
    assert sent.pieces == [HEAD, chunks[0], chunks[1] + chunks[2], chunks[3]]
    protocol.connection_lost(None)


@on_a_loop
async def test_a_response_without_content_leaves_before_what_follows_it() -> None:
    protocol, sent = connected(Echo())
    protocol.data_received(b"HEAD / HTTP/1.1\r\n\r\n" + b"?\r\n\r\n")
    await settle()
    refused = refusal(400, "Bad Request", "The request is not HTTP/1.1: Invalid method encountered.")
    assert sent.pieces == [ok(), refused]
    protocol.connection_lost(None)


@on_a_loop
async def test_an_interim_response_leaves_before_the_refusal_of_the_same_turn() -> None:
    protocol, sent = connected(Echo())
    protocol.data_received(b"POST / HTTP/1.1\r\nexpect: 100-continue\r\ntransfer-encoding: chunked\r\n\r\n")
    asyncio.get_running_loop().call_soon(protocol.data_received, b"x\r\n")
    await settle()
    refused = refusal(400, "Bad Request", "The request is not HTTP/1.1: Invalid character in chunk size.")
    assert sent.pieces == [b"HTTP/1.1 100 Continue\r\n\r\n", refused]
    protocol.connection_lost(None)


@on_a_loop
async def test_a_head_leaves_where_the_application_fails_after_it() -> None:
    async def fail(_: Send) -> None:
        raise ValueError

    protocol, sent = connected(sending(fail))
    protocol.data_received(GET)
    await settle()
    assert (sent.pieces, sent.is_closed) == ([HEAD], True)
    protocol.connection_lost(None)
