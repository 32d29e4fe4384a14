"""The time that a client has, and the connections that there is room for."""

import asyncio
import logging
import resource

import pytest
from starlette.types import Message, Receive, Scope, Send

from lambda_app.rest import descriptors
from tests.rest.served import (
    Client,
    Echo,
    Server,
    anonymous,
    moment,
    ok,
    on_a_loop,
    refusal,
    respond,
    seconds,
    serving,
    settle,
)

HEAD = refusal(408, "Request Timeout", "The header fields were not whole within 10 s.")
BODY = refusal(408, "Request Timeout", "Nothing more of the body arrived within 10 s.")
RATE = refusal(408, "Request Timeout", "The body arrived at less than 1,024 bytes a second.")
FULL = refusal(503, "Service Unavailable", "The server has no room for this connection.", "retry-after: 1")
GET = b"GET / HTTP/1.1\r\n\r\n"
POST = b"POST / HTTP/1.1\r\ncontent-length: %d\r\n\r\n"


async def rest_of(client: Client) -> bytes:
    """Return what the server has yet to send. It must have closed the connection."""
    return anonymous(await client[0].read())


async def waits(client: Client) -> bool:
    """Return whether the server has sent nothing more, and has kept the connection open."""
    read = asyncio.create_task(client[0].read(1))
    await settle(2)
    is_waiting = read.cancel()
    await settle(2)
    return is_waiting


@pytest.mark.parametrize("first", [b"", GET], ids=["first request", "next request"])
@on_a_loop
async def test_a_head_that_is_not_whole_in_time_is_answered_408(first: bytes) -> None:
    async with serving(Echo()) as server:
        client = await server.connect(first + b"GET / HTTP/1.1\r\n")
        if first:
            await client[0].readexactly(len(ok()))
        for _ in range(9):
            await seconds(1)
            client[1].write(b"a: b\r\n")
        await seconds(1)
        assert await waits(client)
        await seconds(1)
        assert await rest_of(client) == HEAD


@on_a_loop
async def test_a_client_that_sends_nothing_is_not_answered(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with serving(Echo()) as server:
        client = await server.connect()
        await seconds(10)
        assert await waits(client)
        await seconds(1)
        assert await rest_of(client) == b""
    assert caplog.records == []


@on_a_loop
async def test_a_connection_that_is_idle_after_a_response_is_closed_without_an_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KEEP_ALIVE_TIMEOUT", "7")
    async with serving(Echo()) as server:
        client = await server.connect(GET)
        for _ in range(3):
            assert await client[0].readexactly(len(ok())) == ok()
            await seconds(6)
            client[1].write(GET)
            await settle()
        assert await client[0].readexactly(len(ok())) == ok()
        await seconds(8)
        assert await rest_of(client) == b""


@on_a_loop
async def test_many_requests_that_take_a_while_each_are_no_slow_client() -> None:
    async with serving(Echo()) as server:
        client = await server.connect(GET[:5])
        for _ in range(20):
            await seconds(2)
            client[1].write(GET[5:] + GET[:5])
            await settle()
            assert await client[0].readexactly(len(ok())) == ok()


@on_a_loop
async def test_a_body_that_stops_is_answered_408_and_the_application_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIN_BODY_RATE", "0")
    messages: list[Message] = []

    async def app(_: Scope, receive: Receive, send: Send) -> None:
        while not messages or messages[-1]["type"] != "http.disconnect":
            messages.append(await receive())
        await respond(send, b"")

    async with serving(app) as server:
        client = await server.connect(POST % 5 + b"a")
        await seconds(9)
        client[1].write(b"b")
        await seconds(10)
        assert await waits(client)
        await seconds(1)
        assert await rest_of(client) == BODY
        assert len(server.state.connections) == 1
        assert messages == [
            {"type": "http.request", "body": b"a", "more_body": True},
            {"type": "http.request", "body": b"b", "more_body": True},
            {"type": "http.disconnect"},
        ]


@pytest.mark.parametrize(("rate", "is_fast"), [(1023, False), (1024, True)])
@on_a_loop
async def test_a_body_arrives_at_the_lowest_rate_on_average(rate: int, is_fast: bool) -> None:  # noqa: FBT001 (a parameter of the test)
    async with serving(Echo()) as server:
        client = await server.connect(POST % 1_000_000)
        for _ in range(10):
            client[1].write(b"a" * rate)
            await settle()
            await seconds(1)
            assert await waits(client)
        client[1].write(b"a" * rate)
        await settle()
        await seconds(1)
        if is_fast:
            assert await waits(client)
        else:
            await seconds(3)
            assert await rest_of(client) == RATE


@on_a_loop
async def test_no_time_passes_for_the_client_while_the_application_works() -> None:
    done = asyncio.Event()

    async def slow(_: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await done.wait()
        await respond(send, b"")

    async with serving(slow) as server:
        client = await server.connect(POST % 1 + b"a" + GET)
        await seconds(100)
        assert await waits(client)
        done.set()
        assert await client[0].readexactly(2 * len(ok())) == ok() + ok()


@pytest.mark.parametrize(
    "sent",
    [POST.replace(b"\r\n\r\n", b"\r\nexpect: 100-continue\r\n\r\n") % 300_000, POST % 300_000 + b"a" * 200_000],
    ids=["100-continue", "more than is buffered"],
)
@on_a_loop
async def test_no_time_passes_for_the_client_while_the_application_does_not_read(sent: bytes) -> None:
    start = asyncio.Event()
    echo = Echo()

    async def late(scope: Scope, receive: Receive, send: Send) -> None:
        await start.wait()
        await echo(scope, receive, send)

    async with serving(late) as server:
        client = await server.connect(sent)
        await seconds(100)
        assert await waits(client)
        start.set()
        await seconds(9)
        client[1].write(b"a" * (300_000 - sent.count(b"a" * 100_000) * 100_000))
        expected = (b"HTTP/1.1 100 Continue\r\n\r\n" if b"expect" in sent else b"") + ok(b"a" * 300_000)
        assert await client[0].readexactly(len(expected)) == expected


class Stream:
    """An application that sends until its client is gone."""

    def __init__(self) -> None:
        self.sent = 0
        self.is_over = asyncio.Event()

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        gone = asyncio.ensure_future(receive())
        while not gone.done():
            await send({"type": "http.response.body", "body": b"a" * 100_000, "more_body": True})
            self.sent += 100_000
            await asyncio.sleep(0)  # `send` only waits while the client takes nothing
        self.is_over.set()


async def blocked(server: Server, sent: bytes) -> Client:
    """Return a client that has asked, and does not read."""
    client = await server.connect()
    client[1].transport.pause_reading()  # type: ignore[attr-defined]
    client[1].write(sent)
    await settle(1000)
    return client


@pytest.mark.parametrize("size", [0, 20_000_000], ids=["stream", "response that is complete"])
@on_a_loop
async def test_a_client_that_takes_nothing_of_its_response_is_cut_off_with_a_reset(
    size: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    stream = Stream()

    async def large(_: Scope, __: Receive, send: Send) -> None:
        await respond(send, b"a" * size)

    async with serving(large if size else stream) as server:
        client = await blocked(server, GET)
        await seconds(10)
        assert len(server.state.connections) == 1
        await seconds(1)
        await settle()
        assert server.state.connections == set()
        client[1].transport.resume_reading()  # type: ignore[attr-defined]
        with pytest.raises(ConnectionResetError):
            await client[0].read()
        if not size:
            await stream.is_over.wait()
    assert [record.getMessage() for record in caplog.records if record.name.startswith("lambda_app")] == [
        "refused: 408 The client took nothing of the response for 10 s."
    ]


@pytest.mark.parametrize("is_complete", [False, True])
@on_a_loop
async def test_a_client_that_takes_a_little_now_and_then_is_served(is_complete: bool) -> None:  # noqa: FBT001 (as above)
    stream = Stream()

    async def large(_: Scope, __: Receive, send: Send) -> None:
        await respond(send, b"a" * 50_000_000)

    async with serving(large if is_complete else stream) as server:
        client = await blocked(server, GET)
        transport = client[1].transport
        for _ in range(4):
            await seconds(9)
            transport.resume_reading()  # type: ignore[attr-defined]
            await settle(20)
            transport.pause_reading()  # type: ignore[attr-defined]
            assert len(server.state.connections) == 1


@on_a_loop
async def test_a_body_is_read_in_pieces_of_16_kib() -> None:
    sizes: list[int] = []

    async def measure(_: Scope, receive: Receive, send: Send) -> None:
        is_more = True
        while is_more:
            message = await receive()
            sizes.append(len(message["body"]))
            is_more = message["more_body"]
        await respond(send, b"")

    async with serving(measure) as server:
        client = await server.connect(POST % 200_000 + b"a" * 200_000)
        await client[0].readexactly(len(ok()))
    assert sum(sizes) == 200_000
    assert max(sizes) <= 2 * 16_384  # two may arrive before the application has its turn


@on_a_loop
async def test_a_refused_client_that_does_not_close_is_closed_after_a_moment() -> None:
    async with serving(Echo()) as server:
        client = await server.connect(b"?\r\n\r\n")
        await seconds(2)
        assert len(server.state.connections) == 1
        client[1].write(GET)
        await seconds(1)
        assert server.state.connections == set()
        assert (await client[0].read()).startswith(b"HTTP/1.1 400 ")


@on_a_loop
async def test_shutting_down_closes_idle_connections_and_lets_requests_finish() -> None:
    async with serving(Echo()) as server:
        idle, begun, busy = [await server.connect(sent) for sent in (GET, GET[:5], POST % 1)]
        for connection in list(server.state.connections):
            connection.shutdown()
        assert await rest_of(idle) == ok()
        assert await rest_of(begun) == b""
        busy[1].write(b"a" + GET)
        assert await rest_of(busy) == ok(b"a", is_last=True)


@on_a_loop
async def test_the_longest_silent_connection_gives_way_to_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_CONNECTIONS", "3")
    async with serving(Echo()) as server:
        clients = []
        for sent in (GET, b"", GET[:5]):
            clients.append(await server.connect(sent))
            await moment()
        idle, never, begun = clients
        idle[1].write(GET)
        await settle()
        await moment()
        for gone, answer in ((never, b""), (begun, FULL), (idle, ok() + ok())):
            client = await server.connect(GET)
            assert await client[0].readexactly(len(ok())) == ok()
            await moment()
            assert await rest_of(gone) == answer
            assert len(server.state.connections) == 3


@on_a_loop
async def test_a_request_among_a_flood_of_silent_connections_is_answered_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MAX_CONNECTIONS", "20")
    async with serving(Echo()) as server:
        flood = [server.connect(GET if number == 40 else b"", is_settled=False) for number in range(90)]
        clients = await asyncio.gather(*flood)
        assert await clients[40][0].readexactly(len(ok())) == ok()
        await moment()
        assert len(server.state.connections) == 20


@on_a_loop
async def test_none_gives_way_where_another_one_has_gone_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_CONNECTIONS", "2")
    async with serving(Echo()) as server:
        first, second, _ = [await server.connect() for _ in range(3)]
        second[1].close()
        await settle()
        await moment()
        assert await waits(first)


@on_a_loop
async def test_a_connection_is_answered_503_where_the_application_works_for_all_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MAX_CONNECTIONS", "2")
    done = asyncio.Event()

    async def held(_: Scope, __: Receive, send: Send) -> None:
        await done.wait()
        await respond(send, b"")

    async with serving(held) as server:
        busy = [await server.connect(GET) for _ in range(2)]
        assert await rest_of(await server.connect()) == FULL
        done.set()
        for client in busy:
            assert await client[0].readexactly(len(ok())) == ok()
        assert await (await server.connect(GET))[0].readexactly(len(ok())) == ok()


@on_a_loop
async def test_a_slow_body_gives_way_and_one_that_arrives_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_CONNECTIONS", "2")
    async with serving(Echo()) as server:
        upload = await server.connect(POST % 3000 + b"a" * 1500)
        slow = await server.connect(POST % 3000 + b"a" * 500)
        await moment()
        client = await server.connect(GET)
        await moment()
        assert await client[0].readexactly(len(ok())) == ok()
        assert await rest_of(slow) == FULL
        upload[1].write(b"a" * 1500)
        assert await upload[0].readexactly(len(ok(b"a" * 3000))) == ok(b"a" * 3000)


@on_a_loop
async def test_a_client_that_takes_nothing_gives_way_and_one_that_reads_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MAX_CONNECTIONS", "1")
    async with serving(Stream()) as server:
        reading = await blocked(server, GET)
        assert await rest_of(await server.connect()) == FULL
        await seconds(2)
        await server.connect()
        await moment()
        reading[1].transport.resume_reading()  # type: ignore[attr-defined]
        with pytest.raises(ConnectionResetError):
            await reading[0].read()


@on_a_loop
async def test_connections_above_the_limit_by_more_than_the_backlog_give_way_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MAX_CONNECTIONS", "1")
    async with serving(Echo(), backlog=2) as server:
        clients = await asyncio.gather(*(server.connect(is_settled=False) for _ in range(9)))
        await settle()
        assert len(server.state.connections) == 3
        await moment()
        assert len(server.state.connections) == 1
        assert sum([await waits(client) for client in clients]) == 1


@on_a_loop
async def test_a_new_connection_does_not_give_way_before_its_request_can_follow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MAX_CONNECTIONS", "2")
    async with serving(Echo()) as server:
        first = [await server.connect() for _ in range(3)]
        asyncio.get_running_loop().passed += 0.0625  # type: ignore[attr-defined]
        second = [await server.connect() for _ in range(3)]
        asyncio.get_running_loop().passed += 0.0625  # type: ignore[attr-defined]
        await settle()
        assert [await rest_of(client) for client in first] == [b""] * 3
        assert len(server.state.connections) == 3
        await moment()
        assert len(server.state.connections) == 2
        assert sum([await waits(client) for client in second]) == 2


LIMITS = {
    "enough": ((1024, 20_000), 512, 2048, 2048, 512),
    "few": ((1024, 1024), 512, 2048, 113, 512),
    "very few": ((256, 256), 512, 2048, 16, 132),
    "none": ((20, 20), 512, 2048, 16, 1),
}


@pytest.mark.parametrize(("limits", "wanted", "_", "backlog", "fitting"), LIMITS.values(), ids=LIMITS)
def test_connections_fit_into_the_open_files_of_the_process(  # noqa: PLR0913, PLR0917 (a case has that many parts)
    limits: tuple[int, int],
    wanted: int,
    _: int,
    backlog: int,
    fitting: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    raised: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda _, pair: raised.append(pair))
    try:
        descriptors.descriptors.cache_clear()
        descriptors.connection_limit.cache_clear()
        assert descriptors.longest_backlog(wanted) == backlog
        assert descriptors.connection_limit(wanted, backlog) == fitting
    finally:
        descriptors.descriptors.cache_clear()
        descriptors.connection_limit.cache_clear()
    assert raised == [(limits[1], limits[1])]
    lowered = (
        f"MAX_CONNECTIONS lowered from 512 to {fitting}, because this process may have only {limits[1]} open files, "
        f"and a backlog of {backlog} can take {4 * backlog} of them"
    )
    assert [record.getMessage() for record in caplog.records] == ([] if fitting == wanted else [lowered])


def test_a_limit_that_cannot_be_raised_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int, __: tuple[int, int]) -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda _: (300, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    descriptors.descriptors.cache_clear()
    assert descriptors.descriptors() == 300
    descriptors.descriptors.cache_clear()
