"""The event loop of asynchronous endpoints, in a file of its own: importing asyncio takes a fifth of a start."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class EventLoop:
    """One event loop for any number of coroutines, one after the other."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 (whatever the coroutine returns)
        """Return what a coroutine returns. An interrupt cancels it, and raises KeyboardInterrupt."""
        loop = self._runner.get_loop()
        before = asyncio.all_tasks(loop)
        try:
            return self._runner.run(coroutine)
        except KeyboardInterrupt:
            # A second interrupt leaves tasks waiting. They must not go on while the resources are being closed.
            for task in asyncio.all_tasks(loop) - before:
                task.cancel()
            raise

    def close(self) -> None:
        """End what still runs, and close the loop."""
        self._runner.close()
