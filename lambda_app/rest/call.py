"""A call of a function in a thread, as the event loop that waits for it sees it."""

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from typing import Any


class Call:
    """A call of a function, in a copy of the context that it is made in. `future` becomes its outcome."""

    __slots__ = ("_context", "_error", "_function", "_result", "future", "loop")

    def __init__(self, function: Callable[[], Any]) -> None:
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Any] = self.loop.create_future()
        self._context = copy_context()
        self._function = function
        self._result: Any = None
        self._error: BaseException | None = None

    def make(self) -> None:
        """Call the function, and keep what it returns or raises. StopIteration and CancelledError must not leave it."""
        try:
            self._result = self._context.run(self._function)
        except BaseException as error:  # noqa: BLE001 (raised where the call is awaited)
            self._error = error

    def settle(self) -> None:
        """Hand the outcome over. Belongs to the event loop's thread."""
        if self.future.done():  # the caller was cancelled
            return
        if self._error is None:
            self.future.set_result(self._result)
        else:
            self.future.set_exception(self._error)
