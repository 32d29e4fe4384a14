"""`/ready`: while the application starts, when it serves, when a part fails, and when it is about to shut down."""

import asyncio
import logging
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from lambda_app import __version__
from lambda_app.rest import health, readiness
from lambda_app.rest.application import Application
from lambda_app.rest.drain import held_back
from lambda_app.rest.readiness import Check, NotReady

OK = (200, {"status": "ok", "version": __version__})
SECONDS = 10


def refused(detail: str) -> tuple[int, dict[str, Any]]:
    """Return the status and the problem of a 503."""
    return 503, {"type": "about:blank", "title": "Service Unavailable", "status": 503, "detail": detail}


def application(checks: Mapping[str, Check] | None = None) -> Application:
    """Return an application with a resource that checks may look at."""
    app = Application({}, resources, checks=checks)
    app.include_router(health.router)
    return app


@contextmanager
def resources() -> Iterator[str]:
    yield "the resource"


def ask(client: TestClient) -> tuple[int, Any]:
    """Return the status and the document of the answer."""
    answer = client.get("/ready")
    return answer.status_code, answer.json()


def test_an_application_is_ready_once_it_has_started_and_until_it_has_ended() -> None:
    client = TestClient(application())
    assert ask(client) == refused("The application has not started.")
    with client:
        assert ask(client) == OK
        head = client.head("/ready")
        assert (head.status_code, head.content) == (200, b"")
    assert ask(client) == refused("The application has not started.")


def test_an_application_of_fastapis_own_is_ready_when_it_serves() -> None:
    app = FastAPI()
    app.include_router(health.router)
    assert ask(TestClient(app)) == OK


def test_parts_that_do_not_answer_are_named_without_what_they_raise_until_they_do(
    caplog: pytest.LogCaptureFixture,
) -> None:
    is_broken = True

    async def database(resource: str) -> None:
        if is_broken:
            raise ConnectionError(f"{resource} at db.example.com")

    def cache() -> bool:
        return not is_broken

    def disk(resource: str) -> None:
        assert resource == "the resource"
        if is_broken:
            raise SystemExit

    async def queue() -> None:
        if is_broken:
            raise SystemExit

    def clock() -> str:
        return "noon"

    parts: dict[str, Check] = {"database": database, "cache": cache, "disk": disk, "queue": queue, "clock": clock}
    caplog.set_level(logging.INFO)
    with TestClient(application(parts)) as client:
        for _ in range(2):
            assert ask(client) == refused("No answer from: database, cache, disk, queue.")
        is_broken = False
        for _ in range(2):
            assert ask(client) == OK
    names = ("database", "cache", "disk", "queue")
    records = [record for record in caplog.records if record.name == readiness.__name__]
    assert sorted((record.levelname, record.getMessage()) for record in records) == sorted(
        [
            *(("WARNING", f"{name} does not answer") for name in names),
            *(("INFO", f"{name} answers again") for name in names),
        ]
    )
    assert {type(record.exc_info[1]).__name__ for record in records if record.exc_info} == {
        "ConnectionError",
        "ValueError",
        "ProcessingFailed",
        "SystemExit",
    }


def test_a_check_that_hangs_is_called_once_however_often_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "SECONDS", 0.02)
    free, calls = threading.Event(), []

    def database() -> None:
        calls.append("called")
        free.wait(SECONDS)

    async def hang() -> None:
        calls.append("awaited")
        await asyncio.Event().wait()

    with TestClient(application({"database": database, "queue": hang})) as client:
        for _ in range(3):
            assert ask(client) == refused("No answer from: database, queue.")
        # What runs in a thread goes on. What is awaited is cancelled.
        assert (calls.count("called"), calls.count("awaited")) == (1, 3)
        free.set()


def test_probes_at_the_same_time_share_a_check() -> None:
    calls = []

    async def database() -> None:
        calls.append("called")
        await asyncio.sleep(0)

    app = application({"database": database})

    async def ask_at_once() -> None:
        with app.readiness.started():
            await asyncio.gather(*(app.readiness.ask() for _ in range(100)))

    asyncio.run(ask_at_once())
    assert calls == ["called"]


def test_a_check_of_resources_that_there_are_not_is_refused_by_its_name() -> None:
    with pytest.raises(TypeError, match=r"^the check 'database' takes resources, and there are none in endpoints\.py$"):
        Application({}, checks={"database": lambda resource: resource})


Handler = Callable[[int, FrameType | None], None]


def on_sigterm(handler: Handler | signal.Handlers, body: Callable[[], Awaitable[None]]) -> None:
    """Run a coroutine with a handler for SIGTERM, as a server installs it."""
    before = signal.signal(signal.SIGTERM, handler)
    try:
        asyncio.run(asyncio.wait_for(body(), SECONDS))
        assert signal.getsignal(signal.SIGTERM) is handler
    finally:
        signal.signal(signal.SIGTERM, before)


def test_on_sigterm_it_is_not_ready_and_the_server_is_told_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRAIN_SECONDS", "1")
    told, app = asyncio.Event(), application()
    waits: list[float] = []

    async def serve() -> None:
        loop = asyncio.get_running_loop()

        def call_later(seconds: float, *call: Any) -> asyncio.Handle:
            waits.append(seconds)
            return loop.call_soon(*call)

        monkeypatch.setattr(loop, "call_later", call_later)
        with app.readiness.started():
            await app.readiness.ask()
            signal.raise_signal(signal.SIGTERM)
            await told.wait()
            with pytest.raises(NotReady) as raised:
                await app.readiness.ask()
            assert raised.value.detail == "The server is about to shut down."

    on_sigterm(lambda *_: told.set(), serve)
    assert waits == [1]


def test_a_second_sigterm_does_not_wait() -> None:
    told, drained = asyncio.Event(), []

    async def serve() -> None:
        with held_back(lambda: drained.append(True), 3600):
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGTERM)
            await told.wait()

    on_sigterm(lambda *_: told.set(), serve)
    assert drained == [True]


@pytest.mark.parametrize(("seconds", "handler"), [(0, lambda *_: None), (1, signal.SIG_DFL)])
def test_without_seconds_or_a_server_nothing_is_held_back(seconds: int, handler: Any) -> None:
    async def serve() -> None:
        with held_back(lambda: None, seconds):
            assert signal.getsignal(signal.SIGTERM) is handler

    on_sigterm(handler, serve)


def test_a_handler_that_somebody_installs_meanwhile_stays() -> None:
    def other(_: int, __: FrameType | None) -> None:
        raise AssertionError

    async def serve() -> None:
        with held_back(lambda: None, 1):
            signal.signal(signal.SIGTERM, other)
        assert signal.getsignal(signal.SIGTERM) is other
        signal.signal(signal.SIGTERM, own)

    def own(_: int, __: FrameType | None) -> None:
        raise AssertionError

    on_sigterm(own, serve)
