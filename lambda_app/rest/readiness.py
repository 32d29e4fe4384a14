"""Readiness: whether the process may be sent requests."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from inspect import iscoroutinefunction, signature
from typing import Any

from lambda_app.contract.life import Life
from lambda_app.contract.problem import Problem
from lambda_app.rest import threads
from lambda_app.rest.drain import held_back
from lambda_app.rest.thread_pool import ThreadPool
from lambda_app.settings import get_settings

# Raises, or returns False, where the part does not answer. With a parameter, it gets what `resources` yields.
Check = Callable[..., Any]

SECONDS = 2

logger = logging.getLogger(__name__)


class NotReady(Problem):
    """The process is starting or shutting down, or a part that it needs does not answer."""

    status = 503


class Readiness:
    """Whether an application has started, is not shutting down, and its parts answer within 2 seconds each.

    `checks` has a function for each part, by the name that clients are told, such as "database".
    """

    def __init__(self, life: Life, checks: Mapping[str, Check]) -> None:
        self.is_started = False
        self.is_draining = False
        self._life = life
        self._checks = checks
        self._parts: list[_Part] = []
        for name, check in checks.items():
            if signature(check).parameters and life.resources is None:
                raise TypeError(f"the check {name!r} takes resources, and there are none in endpoints.py")

    @contextmanager
    def started(self) -> Iterator[None]:
        """Be ready. On SIGTERM, be so no longer, but leave the server DRAIN_SECONDS until it is told."""
        self._parts = [_Part(name, check, self._life) for name, check in self._checks.items()]
        self.is_started, self.is_draining = True, False
        try:
            with held_back(self._drain, get_settings().drain_seconds):
                yield
        finally:
            self.is_started = False
            for part in self._parts:
                part.close()

    async def ask(self) -> None:
        """Raise NotReady, with the names of the parts that do not answer, unless requests may come."""
        if not self.is_started:
            raise NotReady(detail="The application has not started.")
        if self.is_draining:
            raise NotReady(detail="The server is about to shut down.")
        answers = await asyncio.gather(*(part.answers() for part in self._parts))
        silent = [part.name for part, answers in zip(self._parts, answers, strict=True) if not answers]
        if silent:
            raise NotReady(detail=f"No answer from: {', '.join(silent)}.")

    def _drain(self) -> None:
        self.is_draining = True


class _Part:
    """What the application needs. However often it is asked for, its check runs once at a time."""

    def __init__(self, name: str, check: Check, life: Life) -> None:
        self.name = name
        self._check = check
        self._is_async = iscoroutinefunction(check)
        self._takes_resources = bool(signature(check).parameters)
        self._life = life
        # Its own thread, because the others may be stuck, and because it may get stuck itself.
        self._threads = ThreadPool(1)
        self._task: asyncio.Task[BaseException | None] | None = None
        self._did_answer = True

    async def answers(self) -> bool:
        """Tell whether the check passes in time. What has changed is logged."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        await asyncio.wait([self._task], timeout=SECONDS)
        error = self._task.result() if self._task.done() else TimeoutError(f"no answer within {SECONDS} seconds")
        does_answer = error is None
        if does_answer != self._did_answer:
            self._did_answer = does_answer
            if does_answer:
                logger.info("%s answers again", self.name)
            else:
                logger.warning("%s does not answer", self.name, exc_info=error)
        return does_answer

    def close(self) -> None:
        """End the thread, once it is free."""
        self._threads.close()

    async def _run(self) -> BaseException | None:
        arguments = (self._life.value,) if self._takes_resources else ()
        try:
            if self._is_async:
                async with asyncio.timeout(SECONDS):
                    passes = await self._check(*arguments)
            else:
                passes = await threads.run(self._check, *arguments, threads=self._threads)
        except (Exception, SystemExit) as error:  # noqa: BLE001 (whatever it raises, even an exit)
            return error
        return ValueError("the check returned False") if passes is False else None
