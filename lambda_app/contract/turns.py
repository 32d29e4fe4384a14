"""An event loop that calls blocking functions between two of its turns."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any, NamedTuple, TypeVar, cast

Result = TypeVar("Result")


class _Call(NamedTuple):
    function: Callable[[], Any]
    context: Context
    # The result and None, or None and the error. The error is not set as the future's exception, because asyncio lets
    # KeyboardInterrupt and SystemExit end the loop, and refuses StopIteration.
    outcome: asyncio.Future[tuple[Any, BaseException | None]]


class TurnLoop(asyncio.SelectorEventLoop):
    """The event loop of a process that serves one request at a time, as a Lambda function does.

    A function that blocks holds up no other request there, so it needs no thread. It must run outside the event loop
    all the same, because `asyncio.run()` refuses to be called inside one.

    `stop()` ends one turn. `run_until_complete()` goes on until its future is done. `close()` raises RuntimeError while
    `is_kept` is set, because a function that closed the loop would take the application's life with it.
    """

    is_kept = False

    def __init__(self) -> None:
        super().__init__()
        self._calls: deque[_Call] = deque()

    async def between_turns(self, function: Callable[[], Result]) -> Result:
        """Call a function while this loop stands still, and return its result.

        The loop has to be run by `run_until_complete()`. The function is called in the loop's own thread, in a copy of
        the caller's context. Raises what the function raises. StopIteration becomes RuntimeError (PEP 479).
        """
        call = _Call(function, copy_context(), self.create_future())
        self._calls.append(call)
        self.stop()
        result, error = await call.outcome
        if error is not None:
            raise error
        return cast("Result", result)

    def run_until_complete(self, future: Any) -> Any:  # noqa: ANN401 (a future or a coroutine; its result)
        """Run the loop, and the functions between its turns, until a future is done; return its result."""
        awaited: asyncio.Future[Any] = asyncio.ensure_future(future, loop=self)
        awaited.add_done_callback(self._end_turn)
        try:
            while not awaited.done():
                self.run_forever()
                self._make_calls()
        finally:
            awaited.remove_done_callback(self._end_turn)
        return awaited.result()

    def close(self) -> None:
        """Close the loop."""
        if self.is_kept:
            raise RuntimeError("a function cannot close the event loop that serves the next event too")
        super().close()

    def _end_turn(self, _: object) -> None:
        self.stop()

    def _make_calls(self) -> None:
        while self._calls:
            function, context, outcome = self._calls.popleft()
            if outcome.done():  # the caller was cancelled
                continue
            try:
                result, error = context.run(function), None
            except BaseException as raised:  # noqa: BLE001 (raised where the function is awaited)
                result, error = None, raised
            if not outcome.done():  # the function may have run this loop, and so cancelled its own caller
                outcome.set_result((result, error))
