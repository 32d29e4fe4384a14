"""Start-up and shut-down: resources, a person's own lifespan, settings, threads."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, Request
from starlette.testclient import TestClient
from starlette.types import Message

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.environment import SettingsError
from lambda_app.rest.application import Application


class Nothing(Document):
    pass


class Name(Document):
    name: str


class Log(list[str]):
    """What happened, in order."""

    @contextmanager
    def resources(self) -> Iterator[str]:
        self.append("open")
        yield "the resource"
        self.append("close")

    @asynccontextmanager
    async def async_resources(self) -> AsyncIterator[str]:
        await asyncio.sleep(0)
        self.append("open")
        yield "the resource"
        self.append("close")

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[dict[str, str]]:
        self.append("start")
        yield {"own": "state"}
        self.append("stop")


def use(_: Nothing, resource: str) -> Name:
    return Name(name=resource)


async def use_async(_: Nothing, resource: str) -> Name:
    return Name(name=resource)


@pytest.mark.parametrize("kind", ["resources", "async_resources"])
def test_resources_are_opened_once_around_the_lifespan_and_reach_every_function(kind: str) -> None:
    log = Log()
    endpoints = {"def": Endpoint(use), "async": Endpoint(use_async)}
    app = Application(endpoints, getattr(log, kind), lifespan=log.lifespan)

    @app.get("/state")
    async def state(request: Request) -> str:
        return str(request.state.own)

    with TestClient(app) as client:
        for _ in range(2):
            assert client.post("/def", json={}).json() == {"name": "the resource"}
            assert client.post("/async", json={}).json() == {"name": "the resource"}
            assert client.post("/async/batch", content=b"{}").text == '{"name":"the resource"}\n'
        assert client.get("/state").json() == "state"
        assert log == ["open", "start"]
    assert log == ["open", "start", "stop", "close"]


def test_an_application_that_another_one_mounts_says_that_nothing_has_opened_its_resources(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outer = FastAPI()
    outer.mount("/inner", Application({"def": Endpoint(use)}, Log().resources))
    with TestClient(outer) as client:
        assert client.post("/inner/def", json={}).status_code == 500
    assert "the resources are not open: nothing starts up an application that another one mounts" in caplog.text


def test_the_lifespan_of_a_router_runs_too() -> None:
    log = Log()
    app = Application({}, log.resources)
    app.include_router(APIRouter(lifespan=log.lifespan))
    with TestClient(app):
        assert log == ["open", "start"]
    assert log == ["open", "start", "stop", "close"]


def test_resources_are_closed_where_the_lifespan_does_not_start() -> None:
    log = Log()

    @asynccontextmanager
    async def broken(_: FastAPI) -> AsyncIterator[None]:
        if log:
            raise RuntimeError("no database")
        yield

    with pytest.raises(RuntimeError, match="no database"), TestClient(Application({}, log.resources, lifespan=broken)):
        pass
    assert log == ["open", "close"]


def thread_name(_: Nothing) -> Name:
    return Name(name=threading.current_thread().name)


async def loop_name(_: Nothing) -> Name:
    return Name(name=str(asyncio.get_running_loop() is not None and threading.current_thread().name))


def nested_loop(_: Nothing) -> Name:
    async def inner() -> str:
        await asyncio.sleep(0)
        return "ran"

    return Name(name=asyncio.run(inner()))


def test_a_def_function_runs_in_threads_and_an_async_one_on_the_event_loop() -> None:
    endpoints = {"def": Endpoint(thread_name), "async": Endpoint(loop_name), "nested": Endpoint(nested_loop)}
    with TestClient(Application(endpoints)) as client:
        assert client.post("/def", json={}).json() == {"name": "process_0"}
        assert not client.post("/async", json={}).json()["name"].startswith("process")
        assert client.post("/nested", json={}).json() == {"name": "ran"}


def test_there_are_as_many_threads_as_the_setting_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROCESS_THREADS", "2")
    both = threading.Barrier(2)

    def meet(_: Nothing) -> Name:
        both.wait(timeout=10)
        return Name(name=threading.current_thread().name)

    async def ask_both(client: Any) -> set[str]:
        async def ask() -> str:
            sent: list[Message] = []
            scope = {"type": "http", "method": "POST", "path": "/meet", "headers": [], "query_string": b"", "asgi": {}}

            async def receive() -> Message:
                return {"type": "http.request", "body": b"{}"}

            async def send(message: Message) -> None:
                sent.append(message)

            await client(scope, receive, send)
            return str(sent[1]["body"])

        return {await each for each in [asyncio.ensure_future(ask()) for _ in range(2)]}

    app = Application({"meet": Endpoint(meet)})
    assert asyncio.run(ask_both(app)) == {'b\'{"name":"process_0"}\'', 'b\'{"name":"process_1"}\''}


async def what_a_start_sends(app: Application) -> list[Message]:
    """Return what an application that cannot start sends to its server. Raises SettingsError where that is why."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        sent.append(message)

    with pytest.raises(SettingsError):
        await app({"type": "lifespan", "state": {}}, receive, send)
    return sent


def test_a_wrong_setting_ends_the_start_with_one_line_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROCESS_THREADS", "many")
    assert asyncio.run(what_a_start_sends(Application({}))) == [
        {
            "type": "lifespan.startup.failed",
            "message": "lambda_app: error: PROCESS_THREADS must be a whole number from 1 to 1000",
        }
    ]


def test_a_setting_that_a_lifespan_misses_is_named_in_one_line_as_well() -> None:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if "RATES_URL" not in os.environ:
            raise SettingsError("RATES_URL is missing")
        yield

    assert asyncio.run(what_a_start_sends(Application({}, lifespan=lifespan))) == [
        {"type": "lifespan.startup.failed", "message": "lambda_app: error: RATES_URL is missing"}
    ]
