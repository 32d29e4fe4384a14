"""What a client may send: bounds of a head and of what surrounds a body, HTTP that is not valid, and `Upgrade`."""

import asyncio
import logging
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from lambda_app.rest.request_log import REQUEST_ID
from tests.rest.served import Echo, anonymous, ok, on_a_loop, refusal, respond, serving, settle

LIMIT = 65_536
HEAD_BYTES = refusal(431, "Request Header Fields Too Large", "The request line and header fields exceed 65,536 bytes.")
HEAD_FIELDS = refusal(431, "Request Header Fields Too Large", "The request line and header fields exceed 100 fields.")
SURROUNDINGS = "The chunk sizes, extensions or trailer fields of the body exceed"
BODY_BYTES = refusal(400, "Bad Request", f"{SURROUNDINGS} 65,536 bytes.")
BODY_FIELDS = refusal(400, "Bad Request", f"{SURROUNDINGS} 100 fields.")
START = b"GET / HTTP/1.1\r\nconnection: close\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"


def filled(template: bytes, size: int) -> bytes:
    """Return a head of a size. Letters take the place of the percent sign."""
    return template.replace(b"%", b"a" * (size - len(template) + 1))


TEMPLATES = {
    "target": b"GET /% HTTP/1.1\r\nconnection: close\r\n\r\n",
    "name": START + b"%: a\r\n\r\n",
    "value": START + b"a: %\r\n\r\n",
    "blank lines before it": b"\r\n\r\n\r\n" + START + b"a: %\r\n\r\n",
}


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
@on_a_loop
async def test_a_head_has_as_many_bytes_as_the_limit_and_not_one_more(template: bytes) -> None:
    echo = Echo()
    async with serving(echo) as server:
        assert await server.answer(filled(template, LIMIT)) == ok(is_last=True)
        assert anonymous(await server.answer(filled(template, LIMIT + 1))) == HEAD_BYTES
    assert len(echo.requests) == 1


@on_a_loop
async def test_blank_lines_without_a_request_are_refused_at_the_limit() -> None:
    async with serving(Echo()) as server:
        assert anonymous(await server.answer(b"\r\n" * (LIMIT // 2))) == HEAD_BYTES


@on_a_loop
async def test_a_head_has_as_many_fields_as_the_limit_and_not_one_more() -> None:
    async with serving(Echo()) as server:
        assert await server.answer(START + b"a: b\r\n" * 99 + b"\r\n") == ok(is_last=True)
        assert anonymous(await server.answer(START + b"a: b\r\n" * 100 + b"\r\n")) == HEAD_FIELDS
        assert anonymous(await server.answer(START + b"a: b\r\n" * 102)) == HEAD_FIELDS


@on_a_loop
async def test_each_request_of_a_connection_has_the_whole_room() -> None:
    head = filled(b"GET /% HTTP/1.1\r\n\r\n", LIMIT)
    async with serving(Echo()) as server:
        answer = await server.answer(head + head + filled(TEMPLATES["value"], LIMIT + 1))
    assert anonymous(answer) == ok() + ok() + HEAD_BYTES


@on_a_loop
async def test_the_limits_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_HEADER_BYTES", "1024")
    monkeypatch.setenv("MAX_HEADERS", "2")
    async with serving(Echo()) as server:
        assert b"exceed 1,024 bytes." in await server.answer(filled(TEMPLATES["value"], 1025))
        assert b"exceed 2 fields." in await server.answer(START + b"a: b\r\nc: d\r\n\r\n")


@on_a_loop
async def test_a_client_that_sends_far_more_than_the_limit_can_read_the_refusal() -> None:
    async with serving(Echo()) as server:
        reader, writer = await server.connect(START + b"a: ")
        for _ in range(20):
            writer.write(b"a" * 1_000_000)
            await writer.drain()
        assert anonymous(await reader.readexactly(len(HEAD_BYTES) + 30)) == HEAD_BYTES


@on_a_loop
async def test_small_chunks_may_be_many() -> None:
    async with serving(Echo()) as server:
        assert await server.answer(CHUNKED + b"1\r\na\r\n" * 20_000 + b"0\r\n\r\n") == ok(b"a" * 20_000, is_last=True)


EXCESSES = {
    "extension": (CHUNKED + b"1;" + b"a" * LIMIT, BODY_BYTES),
    "extension of the last chunk": (CHUNKED + b"1\r\na\r\n0;" + b"a" * LIMIT, BODY_BYTES),
    "size": (CHUNKED + b"0" * LIMIT, BODY_BYTES),
    "trailer field": (CHUNKED + b"0\r\na: " + b"a" * LIMIT, BODY_BYTES),
    "trailer fields": (CHUNKED + b"0\r\n" + b"a: b\r\n" * 102, BODY_FIELDS),
}


@pytest.mark.parametrize(("sent", "answer"), EXCESSES.values(), ids=EXCESSES)
@on_a_loop
async def test_what_surrounds_a_body_has_the_room_of_a_head(sent: bytes, answer: bytes) -> None:
    echo = Echo()
    async with serving(echo) as server:
        assert anonymous(await server.answer(sent)) == answer
    assert echo.requests == []


@on_a_loop
async def test_trailer_fields_do_not_become_header_fields() -> None:
    echo = Echo()
    async with serving(echo) as server:
        assert await server.answer(CHUNKED + b"1\r\na\r\n0\r\nauthorization: b\r\n\r\n") == ok(b"a", is_last=True)
    assert echo.requests == [("POST", "/", {"connection": "close", "transfer-encoding": "chunked"}, "a")]


NOT_HTTP = {
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc": "The request is not HTTP/1.1: Invalid method encountered.",
    b"GET / HTTP/1.1\r\na b: c\r\n\r\n": "The request is not HTTP/1.1: Invalid header token.",
    b"GET / HTTP/1.1\r\ncontent-length: a\r\n\r\n": "The request is not HTTP/1.1: Invalid character in Content-Length.",
    b"GET / HTTP/1.1\r\na: b\n\n": "The request is not HTTP/1.1: Missing expected CR after header value.",
    b"GET / HTTP/1.1\r\na: b\r\n c\r\n\r\n": "The request is not HTTP/1.1: Unexpected whitespace after header value.",
    b"POST / HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n": (
        "The request is not HTTP/1.1: Request has invalid `Transfer-Encoding`."
    ),
    CHUNKED + b"x\r\n": "The request is not HTTP/1.1: Invalid character in chunk size.",
    b"GET http:// HTTP/1.1\r\n\r\n": "The request target is invalid.",
    b"CONNECT a:80 HTTP/1.1\r\n\r\n": "CONNECT is for proxies.",
}


@pytest.mark.parametrize(("sent", "detail"), NOT_HTTP.items())
@on_a_loop
async def test_what_is_not_http_is_answered_400_and_reaches_no_application(sent: bytes, detail: str) -> None:
    echo = Echo()
    async with serving(echo) as server:
        assert anonymous(await server.answer(sent)) == refusal(400, "Bad Request", detail)
        assert await server.answer(START + b"\r\n") == ok(is_last=True)
    assert len(echo.requests) == 1


@on_a_loop
async def test_a_refusal_is_logged_once_with_its_request_id_and_without_what_was_sent(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ids: list[str] = []

    def note_id(_: logging.LogRecord) -> bool:
        ids.append(REQUEST_ID.get())
        return True

    caplog.set_level(logging.INFO)
    caplog.handler.addFilter(note_id)
    async with serving(Echo()) as server:
        answer = await server.answer(b"\x1b[2Jsecret\r\n\r\n")
    caplog.handler.removeFilter(note_id)
    assert [record.getMessage() for record in caplog.records] == [
        "refused: 400 The request is not HTTP/1.1: Invalid method encountered."
    ]
    assert f"x-request-id: {ids[0]}\r\n".encode() in answer


@on_a_loop
async def test_a_response_that_has_started_is_cut_off_where_its_request_turns_out_not_to_be_http() -> None:
    async def early(_: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        await receive()
        assert (await receive())["type"] == "http.disconnect"

    async with serving(early) as server:
        reader, writer = await server.connect(CHUNKED.replace(b"connection: close\r\n", b"") + b"1\r\na\r\n")
        writer.write(b"x")
        assert await reader.read() == b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n"


@on_a_loop
async def test_what_follows_an_early_response_is_dropped_and_the_next_request_read() -> None:
    async def early(scope: Scope, _: Receive, send: Send) -> None:
        await respond(send, scope["path"].encode())

    async with serving(early) as server:
        reader, writer = await server.connect(b"POST /a HTTP/1.1\r\ncontent-length: 400000\r\n\r\n" + b"a" * 300_000)
        assert await reader.readexactly(len(ok(b"/a"))) == ok(b"/a")
        writer.write(b"a" * 100_000 + b"GET /b HTTP/1.1\r\nconnection: close\r\n\r\n")
        assert await reader.read() == ok(b"/b", is_last=True)


async def answers(pieces: list[bytes]) -> tuple[bytes, Echo]:
    """Return all that the server answers to these pieces, each of which arrives alone, and what it was asked."""
    echo = Echo()
    async with serving(echo) as server:
        reader, writer = await server.connect()
        for piece in pieces:
            writer.write(piece)
            await settle(3)
        return await reader.read(), echo


H2C = (
    b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
    b"HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n"
)
REQUESTS = {
    "without a body": b"GET /a HTTP/1.1\r\nhost: x\r\n\r\n",
    "with a length": b"POST /b HTTP/1.1\r\nContent-Length: 21\r\n\r\nGET /c HTTP/1.1\r\n\r\n\r\n",
    "with an empty body": b"POST /d HTTP/1.1\r\ncontent-length: 0\r\n\r\n",
    "chunked": b"POST /e HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n"
    b"5;x=y\r\n\r\n\r\n\n\r\n1\r\n\r\r\n0\r\na: b\r\n\r\n",
    "upgrade": b"GET /f HTTP/1.1\r\n" + H2C + b"\r\n",
    "upgrade with a length": b"POST /g HTTP/1.1\r\n" + H2C + b"Content-Length: 19\r\n\r\nGET /h HTTP/1.1\r\n\r\n",
    "upgrade, chunked": (
        b"POST /i HTTP/1.1\r\n" + H2C + b"Transfer-Encoding: chunked\r\n\r\n13\r\nGET /j HTTP/1.1\r\n\r\n\r\n0\r\n\r\n"
    ),
    "after blank lines": b"\r\n\r\nGET /k HTTP/1.1\r\nx:\r\n\r\n",
    "WebSocket": b"GET /l HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
}
BODIES = {
    "with a length": b"GET /c HTTP/1.1\r\n\r\n\r\n",
    "chunked": b"\r\n\r\n\n\r",
    "upgrade with a length": b"GET /h HTTP/1.1\r\n\r\n",
    "upgrade, chunked": b"GET /j HTTP/1.1\r\n\r\n",
}
LAST = b"GET /z HTTP/1.1\r\nconnection: close\r\n\r\n"


@pytest.mark.parametrize("name", REQUESTS)
@on_a_loop
async def test_a_request_is_the_same_in_one_piece_and_byte_by_byte(name: str) -> None:
    sent = REQUESTS[name] + LAST
    expected = ok(BODIES.get(name, b"")) + ok(is_last=True)
    whole, asked = await answers([sent])
    single, asked_again = await answers([sent[i : i + 1] for i in range(len(sent))])
    assert (whole, single) == (expected, expected)
    assert asked.requests == asked_again.requests
    assert [path for _, path, _, _ in asked.requests] == [REQUESTS[name].split()[1].decode(), "/z"]


@pytest.mark.unmeasured
@given(names=st.lists(st.sampled_from(sorted(REQUESTS)), max_size=6), cuts=st.sets(st.integers(0, 1500), max_size=8))
@settings(max_examples=20)
def test_a_pipeline_is_answered_in_order_wherever_it_is_cut(names: list[str], cuts: set[int]) -> None:
    sent = b"".join(REQUESTS[name] for name in names) + LAST
    places = [0, *sorted(cut for cut in cuts if cut < len(sent)), len(sent)]
    pieces = [sent[start:end] for start, end in pairwise(places)]
    found: list[Any] = []

    @on_a_loop
    async def ask() -> None:
        found.extend(await answers(pieces))

    ask()
    assert found[0] == b"".join(ok(BODIES.get(name, b"")) for name in names) + ok(is_last=True)
    assert [body for *_, body in found[1].requests] == [BODIES.get(name, b"").decode() for name in names] + [""]


@on_a_loop
async def test_the_application_sees_the_fields_of_an_upgrade_as_they_were_sent() -> None:
    _, echo = await answers([REQUESTS["upgrade with a length"] + LAST])
    assert echo.requests[0] == (
        "POST",
        "/g",
        {
            "connection": "Upgrade, HTTP2-Settings",
            "upgrade": "h2c",
            "http2-settings": "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
            "content-length": "19",
        },
        "GET /h HTTP/1.1\r\n\r\n",
    )


@on_a_loop
async def test_a_websocket_without_a_library_is_an_ordinary_request_and_a_hint_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    await answers([REQUESTS["WebSocket"] + REQUESTS["upgrade"] + LAST])
    messages = [record.getMessage() for record in caplog.records]
    assert messages[0] == "Unsupported upgrade request."
    assert messages[1].startswith("No supported WebSocket library detected.")
    assert len(messages) == 2


class WebSocket(asyncio.Protocol):
    """Stands in for uvicorn's WebSocket protocols, which need a library."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(b"<" + data + b">")


@on_a_loop
async def test_a_websocket_is_handed_over_where_there_is_a_library_for_it() -> None:
    async with serving(Echo(), ws=WebSocket) as server:
        reader, writer = await server.connect(REQUESTS["upgrade"] + REQUESTS["WebSocket"])
        assert await reader.readexactly(len(ok())) == ok()
        assert await reader.readuntil(b">") == b"<" + REQUESTS["WebSocket"] + b">"
        writer.write(b"frame")
        assert await reader.readuntil(b">") == b"<frame>"


@on_a_loop
async def test_one_request_of_a_pipeline_is_read_at_a_time() -> None:
    held_requests: asyncio.Queue[asyncio.Event] = asyncio.Queue()

    async def held(scope: Scope, _: Receive, send: Send) -> None:
        let_go = asyncio.Event()
        held_requests.put_nowait(let_go)
        await let_go.wait()
        await respond(send, scope["path"].encode())

    count = 1000
    async with serving(held) as server:
        reader, _ = await server.connect(b"".join(b"GET /%d HTTP/1.1\r\n\r\n" % number for number in range(count)))
        for number in range(count):
            assert held_requests.qsize() == 1
            held_requests.get_nowait().set()
            assert await reader.readexactly(len(ok(b"/%d" % number))) == ok(b"/%d" % number)
            await settle(2)


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
@on_a_loop
async def test_http_1_0_is_answered_and_closed_and_head_has_no_content(version: bytes) -> None:
    async with serving(Echo()) as server:
        request = b"HEAD / HTTP/%s\r\nconnection: close\r\n\r\n" % version
        assert await server.answer(request) == ok(is_last=True)
        assert await server.answer(b"GET / HTTP/1.0\r\n\r\n") == ok(is_last=True)
