"""The log of requests: ids, lines, and what nobody caught."""

import asyncio
import logging
import random
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.problem import Problem
from lambda_app.rest.application import Application
from lambda_app.rest.request_log import RequestLog
from tests.contract.logs import bare_logging
from tests.echo import ECHO

LOGGER = "lambda_app.rest.request_log"


@pytest.mark.parametrize("request_id", ["abc-123", "Root=1-67891233-abcdef012345678912345678", "x" * 128])
def test_a_sane_request_id_is_answered(request_id: str, rest: TestClient) -> None:
    assert rest.get("/health", headers={"x-request-id": request_id}).headers["x-request-id"] == request_id


@pytest.mark.parametrize("request_id", [b"", b"a b", b"x" * 129, b"a\tb", "ü".encode()])
def test_any_other_request_id_is_replaced(request_id: bytes, rest: TestClient) -> None:
    for path in ("/health", "/nowhere"):
        answered = rest.get(path, headers=[(b"x-request-id", request_id)]).headers["x-request-id"]
        assert re.fullmatch("[0-9a-f]{32}", answered)


def test_neither_a_new_start_nor_a_function_that_seeds_random_numbers_repeats_a_request_id() -> None:
    app, found = Application({}), set()
    for _ in range(2):
        with TestClient(app) as client:
            for _ in range(2):
                random.seed(1)
                found.add(client.get("/nowhere").headers["x-request-id"])
    assert len(found) == 4


class Nothing(Document):
    pass


def work(_: Nothing) -> Nothing:
    logging.getLogger("process").warning("at work")
    return Nothing()


async def work_async(_: Nothing) -> Nothing:
    return work(_)


def lines_of(printed: str) -> list[str]:
    """Return the lines of the log without their time, and with the same duration in each."""
    lines = [line.split(" ", 2)[2] for line in printed.splitlines()]
    return [re.sub(r"\d+\.\d ms", "0.1 ms", line) for line in lines if "httpx" not in line]


def test_every_line_of_a_request_has_its_id(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_FORMAT", "text")
    app = Application({"def": Endpoint(work), "async": Endpoint(work_async)})
    with bare_logging(), TestClient(app) as client:
        client.post("/def", json={}, headers={"x-request-id": "the-id"})
        client.post("/async", json={}, headers={"x-request-id": "another"})
        client.get("/no%0awhere", headers={"x-request-id": "third"})
    assert lines_of(capsys.readouterr().err) == [
        "WARNING the-id process: at work",
        f"INFO the-id {LOGGER}: POST /def 200 0.1 ms",
        "WARNING another process: at work",
        f"INFO another {LOGGER}: POST /async 200 0.1 ms",
        f"INFO third {LOGGER}: GET /no%0awhere 404 0.1 ms",
    ]


def test_what_a_middleware_answers_or_logs_is_inside_of_the_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_FORMAT", "text")
    app = Application({"process": ECHO})
    app.add_middleware(CORSMiddleware, allow_origins=["https://example.com"], allow_methods=["POST"])

    @app.middleware("http")
    async def noisy(request: Request, call_next: RequestResponseEndpoint) -> Response:
        logging.getLogger("middleware").warning("before")
        return await call_next(request)

    preflight = {"origin": "https://example.com", "access-control-request-method": "POST", "x-request-id": "cors"}
    with bare_logging(), TestClient(app) as client:
        answer = client.options("/process", headers=preflight)
        client.post("/process", json={"message": "a"}, headers={"x-request-id": "post"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "https://example.com")
    assert answer.headers["x-request-id"] == "cors"
    assert lines_of(capsys.readouterr().err) == [
        "WARNING cors middleware: before",
        f"INFO cors {LOGGER}: OPTIONS /process 200 0.1 ms",
        "WARNING post middleware: before",
        f"INFO post {LOGGER}: POST /process 200 0.1 ms",
    ]


def test_a_request_is_not_logged_where_nobody_wants_its_line(
    rest: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, LOGGER)
    assert rest.get("/nowhere").status_code == 404
    assert [record.name for record in caplog.records if record.name == LOGGER] == []


def lines_for(client: TestClient, caplog: pytest.LogCaptureFixture, *paths: str) -> list[tuple[str, str, Any]]:
    """Return the level, the message without its duration, and the route, of the line for each GET of a path."""
    for path in paths:
        client.get(path)
    records = [record for record in caplog.records if record.name == LOGGER]
    return [(each.levelname, each.getMessage().rsplit(" ", 2)[0], getattr(each, "route", None)) for each in records]


def test_a_health_check_is_logged_for_debugging(rest: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, LOGGER)
    assert lines_for(rest, caplog, "/health", "/ready", "/docs") == [
        ("DEBUG", "GET /health 200", "/health"),
        ("DEBUG", "GET /ready 200", "/ready"),
        ("INFO", "GET /docs 200", "/docs"),
    ]


def test_a_line_tells_the_route_and_none_of_what_stands_in_the_path(caplog: pytest.LogCaptureFixture) -> None:
    async def read(number: int) -> int:
        return number

    app, inner, outer, router = Application({}), FastAPI(), APIRouter(prefix="/outer"), APIRouter(prefix="/inner")
    router.add_api_route("/{number}", read)
    outer.include_router(router)
    inner.include_router(router)
    app.add_api_route("/{number}", read)
    app.include_router(outer, prefix="/v1")
    app.mount("/mounted", inner)
    app.mount("/files", PlainTextResponse("17"))
    app.mount("/empty", FastAPI())
    app.add_route("/plain/{number:int}", lambda _: PlainTextResponse("17"))
    outer.add_route("/plain/{number:int}", lambda _: PlainTextResponse("17"))
    outer.mount("/files", PlainTextResponse("17"))
    caplog.set_level(logging.INFO, LOGGER)
    expected = {
        "/17": "GET /{number} 200",
        "/v1/outer/inner/17": "GET /v1/outer/inner/{number} 200",
        "/mounted/inner/17": "GET /mounted/inner/{number} 200",
        "/mounted/inner/ab": "GET /mounted/inner/{number} 422",
        "/plain/17": "GET /plain/{number:int} 200",
        "/v1/plain/17": "GET /v1/plain/{number:int} 200",
        "/v1/files/17": "GET /v1/files/{path} 200",
        "/files/17": "GET /files/{path} 200",
        "/empty/17": "GET /empty/{path} 404",
    }
    lines = lines_for(TestClient(app, root_path="/prod"), caplog, *(f"/prod{path}" for path in expected), "/no/where")
    assert [message for _, message, _ in lines] == [*expected.values(), "GET /no/where 404"]
    assert [route for *_, route in lines] == [*(message.split()[1] for message in expected.values()), None]


class Odd(Problem):
    status = 409
    type = "https://example.com/odd"


class NoSuchCustomer(Problem):
    status = 404


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Odd(), "https://example.com/odd"),
        (NoSuchCustomer(), "NoSuchCustomer"),
        (Problem(429), "TooManyRequests"),
        (HTTPException(401), "Unauthorized"),
        (RuntimeError(), "InternalServerError"),
        (None, None),
    ],
)
def test_a_line_tells_the_code_of_the_problem(
    error: Exception | None, code: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    app = Application({})

    @app.get("/")
    async def answer() -> None:
        if error:
            raise error

    caplog.set_level(logging.INFO, LOGGER)
    TestClient(app).get("/")
    assert getattr(caplog.records[-1], "errorCode", None) == code


def test_a_line_tells_the_endpoint_of_a_request_and_of_a_batch(
    rest: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    for path in ("/process", "/process/batch", "/own"):
        rest.post(path)
    records = [record for record in caplog.records if record.name == LOGGER]
    assert [getattr(record, "endpoint", None) for record in records] == ["process", "process", None]


async def connection(
    app: FastAPI, messages: list[Message], *, kind: str = "http", path: str = "/process", hangs: bool = False
) -> list[Message]:
    """Run the application as a server does, and return what it sends."""
    sent: list[Message] = []
    scope = {"type": kind, "method": "POST", "path": path, "headers": [], "query_string": b"", "asgi": {}}

    async def receive() -> Message:
        if hangs and not messages:
            await asyncio.Event().wait()
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


@pytest.mark.parametrize("path", ["/process", "/process/batch", "/own"])
def test_a_client_that_goes_away_is_no_error(path: str, caplog: pytest.LogCaptureFixture) -> None:
    app = Application({"process": ECHO})

    @app.post("/own")
    async def own(request: Request) -> int:
        return len(await request.body())

    caplog.set_level(logging.INFO)
    start, _ = asyncio.run(connection(app, [{"type": "http.disconnect"}], path=path))
    assert start["status"] == 400
    assert [record.levelname for record in caplog.records if record.name.startswith("lambda_app")] == ["INFO"]


def test_a_body_in_parts_is_read_whole() -> None:
    parts: list[Message] = [
        {"type": "http.request", "body": b'{"message":', "more_body": True},
        {"type": "http.request", "more_body": True},
        {"type": "http.request", "body": b' "a"}'},
    ]
    start, body = asyncio.run(connection(Application({"process": ECHO}), parts))
    assert (start["status"], body["body"]) == (200, b'{"message":"a"}')


async def wait(_: Nothing) -> Nothing:
    await asyncio.Event().wait()
    raise AssertionError


async def endless() -> StreamingResponse:
    async def parts() -> AsyncIterator[bytes]:
        yield b"first"
        await asyncio.Event().wait()

    return StreamingResponse(parts())


WAITING = Application({"process": ECHO, "wait": Endpoint(wait)})
WAITING.add_api_route("/endless", endless, methods=["POST"])


@pytest.mark.parametrize(
    ("path", "messages", "expected"),
    [
        ("/process", [], [503, b'{"type":"about:blank","title":"Service Unavailable","status":503}']),
        ("/wait", [b"{}"], [503, b'{"type":"about:blank","title":"Service Unavailable","status":503}']),
        ("/endless", [b""], [200, b"first"]),
    ],
)
def test_a_request_that_is_cancelled_is_answered_503_if_it_can_be_and_stays_cancelled(
    path: str, messages: list[bytes], expected: list[object]
) -> None:
    sent: list[Message] = []

    async def cancelled() -> None:
        async def receive() -> Message:
            if messages:
                return {"type": "http.request", "body": messages.pop()}
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": path, "headers": [], "query_string": b"", "asgi": {}}
        async with asyncio.timeout(0.1):
            await WAITING(scope, receive, send)

    with pytest.raises(TimeoutError):
        asyncio.run(cancelled())
    assert [message.get("status", message.get("body")) for message in sent] == expected


def test_what_the_server_does_not_take_is_one_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def send(_: Message) -> None:
        raise BrokenPipeError("the client is gone")

    async def receive() -> Message:
        return {"type": "http.request", "body": b'{"message": "a"}'}

    caplog.set_level(logging.INFO)
    scope = {"type": "http", "method": "POST\n", "path": "/nowhere", "headers": [], "query_string": b"", "asgi": {}}
    scope["raw_path"] = b"/nowhere\x1b[31m\r\n"
    with pytest.raises(BrokenPipeError):
        asyncio.run(Application({})(scope, receive, send))
    refused, logged = caplog.records
    assert (refused.getMessage(), refused.exc_info) == ("the response cannot be sent: the client is gone", None)
    assert logged.getMessage().startswith(r"POST\n /nowhere\x1b[31m\r\n 404 ")


def test_a_message_of_another_kind_is_sent_on() -> None:
    sent: list[Message] = []

    async def pushing(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.push"})

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b"", "asgi": {}}
    asyncio.run(RequestLog(pushing)(scope, None, send))  # type: ignore[arg-type]  # (nobody receives)
    assert sent == [{"type": "http.response.push"}]


def test_a_websocket_is_refused() -> None:
    messages: list[Message] = [{"type": "websocket.connect"}]
    sent = asyncio.run(connection(Application({"process": ECHO}), messages, kind="websocket"))
    assert [message["type"] for message in sent] == ["websocket.close"]
