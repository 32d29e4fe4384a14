"""Requests at once, and seconds until a response starts."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from typing import Any

import anyio
import pytest
from fastapi import FastAPI, Request, Response
from starlette.background import BackgroundTask
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lambda_app.contract.deadline import time_left
from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.rest import health, threads
from lambda_app.rest.application import Application
from lambda_app.rest.load import Load

Expected = tuple[int, dict[str, str], dict[str, str]]

TOO_MANY: Expected = (503, {"detail": "The server is busy with 2 requests."}, {"retry-after": "1"})
TOO_LATE: Expected = (504, {"detail": "The response did not start within 0.01 seconds."}, {})
TITLES = {503: "Service Unavailable", 504: "Gateway Timeout"}


class Exchange:
    """A request to an ASGI application, and what it answers."""

    def __init__(self, path: str = "/", **scope: Any) -> None:
        self.scope: Scope = {"type": "http", "method": "POST", "path": path, "headers": [], "query_string": b""}
        self.scope |= scope
        self.sent: list[Message] = []
        self.is_read = False

    async def receive(self) -> Message:
        self.is_read = True
        return {"type": "http.request", "body": b"{}"}

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    async def of(self, app: ASGIApp) -> "Exchange":
        await app(self.scope, self.receive, self.send)
        return self

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)

    def is_problem(self, expected: Expected) -> bool:
        status, members, headers = expected
        start = self.sent[0]
        sent = {name.decode(): value.decode() for name, value in start["headers"] if name != b"content-length"}
        document = {"type": "about:blank", "title": TITLES[status], "status": status, **members}
        return (start["status"], json.loads(self.body), sent) == (
            status,
            document,
            {"content-type": "application/problem+json", **headers},
        )


class Held:
    """An application that answers when a test lets it, and counts the requests that reach it."""

    def __init__(self) -> None:
        self.number = 0
        self.cancelled = 0
        self.is_open = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.number += 1
        try:
            await self.is_open.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        await Response("answered")(scope, receive, send)

    async def reached(self, number: int) -> None:
        while self.number < number:  # noqa: ASYNC110 (several requests may be awaited)
            await asyncio.sleep(0)


async def end(tasks: list[asyncio.Task[Exchange]], app: Held) -> list[bytes]:
    app.is_open.set()
    return [(await task).body for task in tasks]


async def busy(app: Held, load: Load) -> list[asyncio.Task[Exchange]]:
    """Return the tasks of two requests in progress."""
    tasks = [asyncio.create_task(Exchange().of(load)) for _ in range(2)]
    await app.reached(2)
    return tasks


def test_one_request_too_many_is_answered_503_unread_until_another_one_has_ended() -> None:
    async def play() -> None:
        app = Held()
        load = Load(app, 2, 60)
        tasks = await busy(app, load)
        refused = await Exchange().of(load)
        assert refused.is_problem(TOO_MANY)
        assert not refused.is_read
        assert await end(tasks, app) == [b"answered"] * 2
        assert (await Exchange().of(load)).body == b"answered"
        assert app.number == 3

    asyncio.run(play())


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("/health", {}),
        ("/ready", {}),
        ("/prefix/health", {"root_path": "/prefix"}),
        ("/", {"aws.context": None}),
        ("/", {"type": "websocket"}),
    ],
)
def test_health_is_never_refused_and_neither_is_anything_in_lambda(path: str, scope: dict[str, Any]) -> None:
    async def play() -> None:
        app = Held()
        load = Load(app, 2, 60)
        tasks = await busy(app, load)
        task = asyncio.create_task(Exchange(path, **scope).of(load))
        await app.reached(3)
        assert await end([*tasks, task], app) == [b"answered"] * 3

    asyncio.run(play())


@pytest.mark.parametrize("path", ["/health/", "/own/health", "/healthy"])
def test_a_path_like_that_of_health_is_refused(path: str) -> None:
    async def play() -> None:
        app = Held()
        load = Load(app, 2, 60)
        tasks = await busy(app, load)
        assert (await Exchange(path).of(load)).is_problem(TOO_MANY)
        await end(tasks, app)

    asyncio.run(play())


def test_a_request_inside_another_one_counts_once() -> None:
    async def play() -> None:
        app = Held()
        app.is_open.set()
        load = Load(Load(app, 0, 60), 1, 60)
        assert (await Exchange().of(load)).body == b"answered"

    asyncio.run(play())


def test_requests_that_do_not_answer_in_time_are_cancelled_and_answered_504_each_at_its_own_time() -> None:
    async def play() -> None:
        app = Held()
        load = Load(app, 256, 0.01)
        loop = asyncio.get_running_loop()
        started: list[float] = []

        async def timed() -> float:
            start = loop.time()
            assert (await Exchange().of(load)).is_problem(TOO_LATE)
            return loop.time() - start

        tasks = []
        for number in range(3):
            tasks.append(asyncio.create_task(timed()))
            await app.reached(number + 1)
            started.append(loop.time())
            await asyncio.sleep(0.004)
        assert [await task >= 0.01 for task in tasks] == [True] * 3
        assert app.cancelled == 3
        app.is_open.set()
        assert (await Exchange().of(load)).body == b"answered"

    asyncio.run(play())


def test_the_timer_goes_on_after_requests_that_were_in_time() -> None:
    async def play() -> None:
        app = Held()
        load = Load(app, 256, 0.01)
        app.is_open.set()
        await Exchange().of(load)
        app.is_open.clear()
        await asyncio.sleep(0.005)
        assert (await Exchange().of(load)).is_problem(TOO_LATE)
        await asyncio.sleep(0.02)  # the timer finds nothing
        assert (await Exchange().of(load)).is_problem(TOO_LATE)

    asyncio.run(play())


def test_one_application_serves_one_event_loop_after_another() -> None:
    async def play() -> None:
        assert (await Exchange().of(load)).is_problem(TOO_LATE)

    async def leave() -> None:
        app.is_open = asyncio.Event()
        task = asyncio.create_task(Exchange().of(load))
        await app.reached(1)
        task.cancel()

    app = Held()
    load = Load(app, 1, 0.01)
    asyncio.run(leave())
    for _ in range(2):
        app.is_open = asyncio.Event()
        asyncio.run(play())


def test_a_response_that_has_started_may_last() -> None:
    async def streaming(scope: Scope, receive: Receive, send: Send) -> None:
        async def parts() -> AsyncIterator[bytes]:
            assert time_left() == float("inf")
            yield b"first "
            await asyncio.sleep(0.03)
            yield b"last"

        assert time_left() <= 0.01
        background = BackgroundTask(asyncio.sleep, 0.03)
        await StreamingResponse(parts(), background=background)(scope, receive, send)

    version = {"spec_version": "2.4"}
    assert asyncio.run(Exchange(asgi=version).of(Load(streaming, 1, 0.01))).body == b"first last"


@pytest.mark.parametrize("error", [ValueError, TimeoutError, asyncio.CancelledError])
def test_what_the_application_raises_itself_is_raised(error: type[BaseException]) -> None:
    async def failing(*_: object) -> None:
        raise error

    with pytest.raises(error):
        asyncio.run(Exchange().of(Load(failing, 1, 60)))


def test_the_cancellation_of_the_server_is_raised_even_where_the_time_is_over_too() -> None:
    async def play(*, is_late: bool) -> None:
        app = Held()
        task = asyncio.create_task(Exchange().of(Load(app, 1, 0.001 if is_late else 60)))
        await app.reached(1)
        if is_late:
            asyncio.get_running_loop().call_later(0.001, task.cancel)
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(play(is_late=False))
    asyncio.run(play(is_late=True))


def test_the_timeout_of_a_person_is_theirs_and_the_task_goes_on_after_both() -> None:
    async def play() -> None:
        app = Held()
        load = Load(app, 1, 60)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                await Exchange().of(load)
        load = Load(app, 1, 0.01)
        async with asyncio.timeout(60):
            assert (await Exchange().of(load)).is_problem(TOO_LATE)
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0

    asyncio.run(play())


def test_what_an_application_sends_after_its_time_is_dropped_so_that_504_is_the_only_answer() -> None:
    async def stubborn(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await Response("late")(scope, receive, send)

    assert asyncio.run(Exchange().of(Load(stubborn, 1, 0.01))).is_problem(TOO_LATE)


class Nothing(Document):
    pass


def test_when_every_thread_is_stuck_requests_are_answered_504_then_503_and_health_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PROCESS_THREADS", "1")
    monkeypatch.setenv("MAX_REQUESTS", "3")
    threads.shut_down()
    is_open, called = threading.Event(), []

    def stick(_: Nothing) -> Nothing:
        called.append(1)
        assert is_open.wait(10)
        return _

    async def play() -> list[int]:
        app = Application({"stick": Endpoint(stick)})
        app.include_router(health.router)
        load: Any = app.build_middleware_stack()
        app.middleware_stack = load
        load.app.timeout = 0.05

        async def status(path: str, **scope: Any) -> int:
            exchange = await Exchange(path, app=app, **scope).of(app)
            assert exchange.sent[0]["headers"][-1][0] == b"x-request-id"
            return int(exchange.sent[0]["status"])

        tasks = [asyncio.create_task(status("/stick")) for _ in range(3)]
        while not called:  # noqa: ASYNC110 (a thread sets it)
            await asyncio.sleep(0)
        answers = [await status("/stick"), await status("/health", method="GET")]
        answers += [await task for task in tasks]
        assert called == [1]  # the others were withdrawn
        is_open.set()
        return [*answers, await status("/stick")]

    assert asyncio.run(play()) == [503, 200, 504, 504, 504, 200]
    threads.shut_down()


@pytest.mark.parametrize("kind", ["def", "async def", "BaseHTTPMiddleware", "task group", "own timeout"])
def test_every_way_to_wait_in_fastapi_is_ended(kind: str) -> None:
    is_open = threading.Event()
    app = FastAPI()

    def wait() -> None:
        is_open.wait(10)

    async def wait_async() -> None:
        await asyncio.Event().wait()

    async def wait_in_group() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(wait_async)

    async def wait_in_timeout() -> None:
        async with asyncio.timeout(60):
            await wait_async()

    functions = {"def": wait, "task group": wait_in_group, "own timeout": wait_in_timeout}
    app.add_api_route("/", functions.get(kind, wait_async), methods=["POST"])
    if kind == "BaseHTTPMiddleware":

        @app.middleware("http")
        async def around(request: Request, call_next: RequestResponseEndpoint) -> Response:
            return await call_next(request)

    async def play() -> bool:
        answered = (await Exchange().of(Load(app, 1, 0.01))).is_problem(TOO_LATE)
        is_open.set()
        return answered

    assert asyncio.run(play())
