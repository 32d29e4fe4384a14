"""The start-up and the shutdown of an ASGI application."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from lambda_app.aws_lambda.lifespan import Lifespan


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """Return a runner, and close it."""
    with asyncio.Runner() as opened:
        yield opened


def test_the_application_starts_up_and_shuts_down_in_one_task(runner: asyncio.Runner) -> None:
    tasks: list[object] = []

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, int]]:
        tasks.append(asyncio.current_task())
        async with asyncio.TaskGroup():
            yield {"answer": 42}
        tasks.append(asyncio.current_task())

    opened = Lifespan(Starlette(lifespan=lifespan))
    runner.run(opened.start())
    assert (opened.state, len(tasks)) == ({"answer": 42}, 1)
    runner.run(opened.stop())
    assert tasks == [tasks[0]] * 2


def test_an_application_that_has_not_started_is_not_shut_down(runner: asyncio.Runner) -> None:
    runner.run(Lifespan(Starlette()).stop())


def test_what_the_start_up_raises_is_raised_once(runner: asyncio.Runner) -> None:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, str]]:
        yield {"model": os.environ["NOWHERE"]}

    opened = Lifespan(Starlette(lifespan=lifespan))
    with pytest.raises(KeyError):
        runner.run(opened.start())
    runner.run(opened.stop())


def test_what_the_shutdown_raises_is_raised_once(runner: asyncio.Runner) -> None:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        del os.environ["NOWHERE"]

    opened = Lifespan(Starlette(lifespan=lifespan))
    runner.run(opened.start())
    with pytest.raises(KeyError):
        runner.run(opened.stop())
    runner.run(opened.stop())


async def refuses(_: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no licence"})


async def returns(_scope: Scope, _receive: Receive, _send: Send) -> None:
    pass


async def knows_no_lifespan(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise NotImplementedError("only http")


@pytest.mark.parametrize(
    ("app", "error", "message"),
    [
        (refuses, RuntimeError, "no licence"),
        (returns, RuntimeError, "the application has ended without an answer to startup"),
        (knows_no_lifespan, NotImplementedError, "only http"),
    ],
)
def test_an_application_that_does_not_start_is_an_error(
    app: ASGIApp, error: type[Exception], message: str, runner: asyncio.Runner
) -> None:
    with pytest.raises(error, match=f"^{message}$"):
        runner.run(Lifespan(app).start())
