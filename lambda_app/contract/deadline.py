"""How long a function may still take."""

from collections.abc import Coroutine
from contextvars import ContextVar
from math import inf
from time import monotonic
from typing import Any, Self, TypeVar

Result = TypeVar("Result")

_DEADLINE: ContextVar[float] = ContextVar("deadline", default=inf)


def time_left() -> float:
    """Return the seconds that are left to answer, never less than 0, or `math.inf` where nothing limits them.

    On the REST server the response has to start within REQUEST_TIMEOUT. In Lambda the function's own timeout holds, and
    the runtime client tells what is left of it. Nothing limits the terminal. Pass it on to what may wait, as in
    `requests.get(url, timeout=time_left())`: a function in a thread cannot be stopped from outside.
    """
    return max(0.0, _DEADLINE.get() - monotonic())


class Deadline:
    """A limit for `time_left()`: `with Deadline(seconds): …`. It interrupts nothing."""

    __slots__ = ("_seconds", "_token")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    @classmethod
    def of(cls, context: object) -> Self:
        """Return the deadline of a Lambda invocation. There is none where its context tells none, as in a test."""
        remaining = getattr(context, "get_remaining_time_in_millis", None)
        return cls(remaining() / 1000 if remaining else inf)

    def __enter__(self) -> Self:
        self._token = _DEADLINE.set(monotonic() + self._seconds)
        return self

    def __exit__(self, *_: object) -> None:
        _DEADLINE.reset(self._token)

    def lift(self) -> None:
        """Remove the limit from what the caller still does."""
        _DEADLINE.set(inf)


async def limited(coroutine: Coroutine[Any, Any, Result], seconds: float) -> Result:
    """Return what a coroutine returns, which has so many seconds. An `asyncio.Runner` keeps a context of its own."""
    with Deadline(seconds):
        return await coroutine
