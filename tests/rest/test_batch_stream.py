"""A batch as a stream: its answers leave while its lines arrive."""

import asyncio
import gzip
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Self

import pytest
from fastapi import APIRouter, BackgroundTasks, Depends, Request, Response
from processes import RestServer
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lambda_app.contract.endpoint import Endpoint
from lambda_app.rest import batch
from lambda_app.rest.application import Application
from tests.echo import ECHO, ENDPOINTS, EchoRequest, EchoResponse
from tests.rest.problems import TOO_LARGE, TOO_MANY_LINES

pytestmark = pytest.mark.anyio

LINE, ANSWER = b'{"message": "a"}\n', b'{"message":"a"}\n'


@pytest.fixture
def anyio_backend() -> str:
    """Run the tests that are coroutines on asyncio, as the application is."""
    return "asyncio"


class Client:
    """A client of a batch route, which sends and reads when a test says so."""

    def __init__(self, app: ASGIApp, path: str = "/process/batch", headers: Any = ()) -> None:
        asgi = {"version": "3.0", "spec_version": "2.3"}
        scope: Scope = {"type": "http", "asgi": asgi, "http_version": "1.1", "method": "POST", "scheme": "http"}
        scope.update(path=path, root_path="", query_string=b"", headers=[*headers])
        self._call = app(scope, self._receive, self._send)
        self._requests: asyncio.Queue[Message] = asyncio.Queue()
        self._answers: asyncio.Queue[Message] = asyncio.Queue()
        # Whether the client reads, and whether the application has written.
        self.reads, self.writes = asyncio.Event(), asyncio.Event()
        self.reads.set()

    async def __aenter__(self) -> Self:
        self._task = asyncio.ensure_future(self._call)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()

    async def _receive(self) -> Message:
        return await self._requests.get()

    async def _send(self, message: Message) -> None:
        self.writes.set()
        await self.reads.wait()
        self._answers.put_nowait(message)

    def send(self, body: bytes, *, more: bool = True) -> None:
        """Send a part of the body."""
        self._requests.put_nowait({"type": "http.request", "body": body, "more_body": more})

    def go_away(self) -> None:
        """Close the connection."""
        self._requests.put_nowait({"type": "http.disconnect"})

    async def start(self) -> tuple[int, dict[bytes, bytes]]:
        """Return the status and the headers of the response."""
        message = await asyncio.wait_for(self._answers.get(), 10)
        return message["status"], dict(message["headers"])

    async def read(self) -> bytes:
        """Return the next part of the response."""
        body: bytes = (await asyncio.wait_for(self._answers.get(), 10))["body"]
        return body

    async def rest(self) -> bytes:
        """Return what comes until the application is done with the request."""
        await asyncio.wait_for(self._task, 10)
        return b"".join([self._answers.get_nowait()["body"] for _ in range(self._answers.qsize())])


def counting() -> tuple[Application, list[str]]:
    """Return an application, and the list of the messages that it processes."""
    processed: list[str] = []

    def count(request: EchoRequest) -> EchoResponse:
        processed.append(request.message)
        return EchoResponse(message=request.message)

    async def count_async(request: EchoRequest) -> EchoResponse:
        return count(request)

    return Application({"process": Endpoint(count), "async": Endpoint(count_async)}), processed


@pytest.mark.parametrize("name", ENDPOINTS)
async def test_an_answer_leaves_before_the_next_line_is_sent(name: str) -> None:
    async with Client(Application(ENDPOINTS), f"/{name}/batch") as client:
        client.send(LINE)
        status, headers = await client.start()
        assert (status, headers[b"content-type"], b"content-length" in headers) == (200, b"application/jsonl", False)
        assert await client.read() == ANSWER
        client.send(LINE[:5])
        client.send(LINE[5:] + LINE)
        assert await client.read() == ANSWER * 2
        client.send(LINE[:-1], more=False)
        assert await client.rest() == ANSWER


async def test_an_answer_that_is_whole_at_once_has_its_length() -> None:
    async with Client(Application(ENDPOINTS)) as client:
        client.send(LINE * 3, more=False)
        _, headers = await client.start()
        assert (headers[b"content-length"], await client.rest()) == (b"48", ANSWER * 3)


async def test_a_line_that_arrives_byte_by_byte_is_one_line() -> None:
    async with Client(Application(ENDPOINTS)) as client:
        for byte in LINE + b"\n" + LINE:
            client.send(bytes([byte]))
        client.send(b"", more=False)
        await client.start()
        answers = [json.loads(line) for line in (await client.rest()).splitlines()]
        assert [answer.get("status") for answer in answers] == [None, 400, None]


async def test_an_answer_does_not_wait_for_slower_lines_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "SECONDS_AT_ONCE", 0)  # so that every line takes longer
    async with Client(Application(ENDPOINTS)) as client:
        client.send(LINE * 3, more=False)
        await client.start()
        assert [await client.read() for _ in range(3)] == [ANSWER] * 3


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", ENDPOINTS)
async def test_a_client_that_does_not_read_stops_the_work(name: str) -> None:
    app, processed = counting()
    async with Client(app, f"/{name}/batch") as client:
        client.reads.clear()
        client.send(LINE * 60_000)
        client.send(LINE * 1_000, more=False)
        await asyncio.wait_for(client.writes.wait(), 10)
        for _ in range(1_000):
            await asyncio.sleep(0)
        assert 0 < len(processed) <= batch.LINES_AT_ONCE
        client.reads.set()
        await client.start()
        assert (await client.rest(), len(processed)) == (ANSWER * 61_000, 61_000)


@pytest.mark.parametrize("name", ENDPOINTS)
async def test_a_client_that_goes_away_stops_the_work(name: str, caplog: pytest.LogCaptureFixture) -> None:
    app, processed = counting()
    async with Client(app, f"/{name}/batch") as client:
        client.send(LINE * 60_000, more=False)
        await client.start()
        client.go_away()
        await client.rest()
    assert len(processed) < 10 * batch.LINES_AT_ONCE
    assert caplog.messages == []


async def test_a_client_that_goes_away_before_the_first_answer_is_400_in_the_log() -> None:
    async with Client(Application(ENDPOINTS)) as client:
        client.send(LINE[:-1])
        client.go_away()
        assert (await client.start())[0] == 400


async def test_a_body_that_turns_out_too_large_ends_with_the_problem() -> None:
    async with Client(Application(ENDPOINTS)) as client:
        client.send(LINE)
        await client.start()
        assert await client.read() == ANSWER
        client.send(b" " * 1_048_576)
        assert json.loads(await client.rest()) == TOO_LARGE


async def test_a_body_that_is_too_large_before_the_first_answer_is_413() -> None:
    async with Client(Application(ENDPOINTS)) as client:
        client.send(b" " * 600_000)
        client.send(b" " * 600_000)
        assert (await client.start())[0] == 413
        assert json.loads(await client.rest()) == TOO_LARGE


async def test_a_batch_that_turns_out_to_have_too_many_lines_ends_with_the_problem() -> None:
    async with Client(Application(ENDPOINTS)) as client:
        client.send(LINE)
        await client.start()
        assert await client.read() == ANSWER
        client.send(b"\n" * 65_536)
        assert json.loads(await client.rest()) == TOO_MANY_LINES


async def test_the_limit_of_an_include_holds_for_its_batch() -> None:
    router = APIRouter()
    router.add_api_route("/all", batch.BatchFunction("all", ECHO, Application({}).life), methods=["POST"])
    app = Application({})
    app.include_router(router, max_body_size=len(LINE))
    async with Client(app, "/all") as client:
        client.send(LINE)
        await client.start()
        assert await client.read() == ANSWER
        client.send(LINE)
        assert json.loads(await client.rest())["detail"] == "The input is larger than 17 bytes."


async def test_what_fastapi_puts_around_a_route_goes_around_a_batch() -> None:
    steps: list[str] = []

    async def open_and_close(background: BackgroundTasks) -> AsyncIterator[None]:
        steps.append("opened")
        background.add_task(steps.append, "background")
        yield
        steps.append("closed")

    app = Application({"process": ECHO}, dependencies=[Depends(open_and_close)])

    @app.middleware("http")
    async def wrap(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        steps.append("before")
        return await call_next(request)

    app.add_middleware(GZipMiddleware, minimum_size=0)
    async with Client(app, headers=[(b"accept-encoding", b"gzip")]) as client:
        client.send(LINE)
        _, headers = await client.start()
        client.send(LINE, more=False)
        assert (headers[b"content-encoding"], gzip.decompress(await client.rest())) == (b"gzip", ANSWER * 2)
    assert steps == ["before", "opened", "background", "closed"]


class Replayed:
    """A middleware that hands on a body that it has read, as often as it is asked."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection."""
        message = await receive()

        async def replay() -> Message:
            return message

        await self.app(scope, replay, send)


async def test_a_middleware_that_never_tells_of_the_end_of_a_connection_does_no_harm() -> None:
    app = Application({"process": ECHO})
    app.add_middleware(Replayed)
    async with Client(app) as client:
        client.send(LINE * 300, more=False)
        await client.start()
        assert await client.rest() == ANSWER * 300


def chunked(line: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(line), line)


def test_a_server_answers_line_by_line_and_also_a_client_that_sends_all_before_it_reads() -> None:
    head = b"POST /process/batch HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
    with RestServer("-m", "uvicorn", "--port", "PORT", "tests.echo:app") as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
            client.sendall(head)
            answer = b""
            for number in range(1, 4):  # each line is sent once the one before it has been answered
                client.sendall(chunked(LINE))
                while answer.count(ANSWER) < number:
                    answer += client.recv(65_536)
            client.sendall(b"0\r\n\r\n")
            while not answer.endswith(b"0\r\n\r\n"):
                answer += client.recv(65_536)
        # Every answer is longer than its line, and all of them are more than the kernel and the server hold.
        lines = b"{}\n" * 60_000
        assert server.post(lines, "/process/batch", content_type="application/jsonl").text.count("\n") == 60_000
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
