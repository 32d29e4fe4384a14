"""The start-up and the shutdown of an ASGI application (ASGI's "Lifespan Protocol")."""

import asyncio
from typing import Any

from starlette.types import ASGIApp, Message


class Lifespan:
    """An application's life, from its start-up to its shutdown.

    Start-up and shutdown run in one task, because a task group has to be closed in the task that opened it. Mangum's
    LifespanCycle is no help: it takes an application that raises at start-up for one that has started.
    """

    def __init__(self, app: ASGIApp) -> None:
        # What the application's lifespan yields. The scope of every request gets a copy.
        self.state: dict[str, Any] = {}
        self._app = app
        self._task: asyncio.Task[None] | None = None
        self._events: asyncio.Queue[Message] = asyncio.Queue()
        self._answers: asyncio.Queue[Message] = asyncio.Queue()

    async def start(self) -> None:
        """Start the application up. Raises what it raises, and RuntimeError where it only reports a failure."""
        self._task = asyncio.create_task(self._live())
        await self._ask(self._task, "startup")

    async def stop(self) -> None:
        """Shut the application down, if it has started up. Raises as `start` does."""
        if self._task is not None:
            await self._ask(self._task, "shutdown")

    async def _live(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        try:
            await self._app(scope, self._events.get, self._answers.put)
        finally:
            self._answers.put_nowait({"type": "lifespan.end"})

    async def _ask(self, task: asyncio.Task[None], event: str) -> None:
        self._events.put_nowait({"type": f"lifespan.{event}"})
        answer = await self._answers.get()
        if answer["type"] == f"lifespan.{event}.complete":
            return
        self._task = None
        await task
        raise RuntimeError(answer.get("message") or f"the application has ended without an answer to {event}")
