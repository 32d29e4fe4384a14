"""What endpoint functions need for the whole life of a process, and the calls that get it."""

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from inspect import isasyncgenfunction, unwrap
from typing import Any, TypeVar

from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.problem import ProcessingFailed, refusal_in

Result = TypeVar("Result")
Resources = Callable[[], AbstractContextManager[Any] | AbstractAsyncContextManager[Any]]
Run = Callable[[Coroutine[Any, Any, Any]], Any]


class Life:
    """The resources of a process: what `resources` in `endpoints.py` yields, opened once and closed at the end.

    `open` and `close` are coroutines for every door alike. They wait for nothing where `resources` is no asynchronous
    context manager, so that `at_once` can run them without an event loop.
    """

    def __init__(self, resources: Resources | None = None) -> None:
        self.resources = resources
        self.is_async = resources is not None and (
            isasyncgenfunction(unwrap(resources)) or hasattr(resources, "__aenter__")
        )
        self.value: Any = None
        self._manager: Any = None

    async def open(self) -> None:
        """Open the resources, unless they are open."""
        if self.resources is None or self._manager is not None:
            return
        manager: Any = self.resources()
        self.value = await manager.__aenter__() if self.is_async else manager.__enter__()
        self._manager = manager

    async def close(self) -> None:
        """Close the resources, if they are open."""
        manager, self._manager, self.value = self._manager, None, None
        if manager is not None:
            await manager.__aexit__(None, None, None) if self.is_async else manager.__exit__(None, None, None)

    async def call(self, endpoint: Endpoint, request: Any) -> Any:  # noqa: ANN401 (the endpoint's models)
        """Return what the endpoint's function makes of a request."""
        response = endpoint.function(*self.arguments(endpoint, request))
        return await response if endpoint.is_async else response

    def arguments(self, endpoint: Endpoint, request: Any) -> tuple[Any, ...]:  # noqa: ANN401 (as above)
        """Return what the endpoint's function takes: the request and, if it wants them, the resources."""
        return (request, self.value) if endpoint.takes_resources else (request,)

    async def answer(self, endpoint: Endpoint, document: object) -> bytes:
        """Return the response document, JSON on one line, for a request document: bytes, or a decoded JSON value.

        Raises the Problem that refuses the request, and ProcessingFailed for anything else that is raised.
        KeyboardInterrupt passes, because it is the person at the keyboard who raises it.
        """
        try:
            return endpoint.write(await self.call(endpoint, endpoint.read(document)))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a function that exits must not take the process with it
            if endpoint.is_async and is_cancellation(error):
                raise
            raise refusal_in(error) or ProcessingFailed(error) from None


def is_cancellation(error: BaseException) -> bool:
    """Tell whether the running task is being cancelled, as opposed to a function that raises CancelledError itself."""
    import asyncio  # noqa: PLC0415 (only asynchronous endpoints need it, and the terminal starts without)

    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0


def at_once(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine that waits for nothing, without an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: Result = stop.value
        return result
    coroutine.close()
    raise RuntimeError("a coroutine that waits needs an event loop")
