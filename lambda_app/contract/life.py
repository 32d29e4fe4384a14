"""Resources that live as long as the process, and calls of the endpoint functions that take them."""

from collections.abc import Callable, Coroutine, Iterable
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

    `open` and `close` are coroutines, so that every door calls them alike. They never wait where `resources` is a
    synchronous context manager, so `at_once` can run them without an event loop.
    """

    def __init__(self, resources: Resources | None = None) -> None:
        self.resources = resources
        self.is_async = resources is not None and (
            isasyncgenfunction(unwrap(resources)) or hasattr(resources, "__aenter__")
        )
        self.value: Any = None
        self._manager: Any = None

    def check(self, endpoints: Iterable[object]) -> None:
        """Raise TypeError, with the function's name, where an endpoint takes resources and there are none.

        Raises TypeError as well where there is a function, or anything else, in an endpoint's place.
        """
        for endpoint in endpoints:
            if not isinstance(endpoint, Endpoint):
                name = getattr(endpoint, "__name__", repr(endpoint))
                raise TypeError(f"ENDPOINTS has {name} where it needs Endpoint({name})")
            if endpoint.takes_resources and self.resources is None:
                raise TypeError(f"{endpoint.function.__name__} takes resources, and there are none in endpoints.py")

    async def open(self) -> None:
        """Open the resources, unless they are open."""
        if self.resources is None or self._manager is not None:
            return
        manager: Any = self.resources()
        if not hasattr(manager, "__aenter__" if self.is_async else "__enter__"):
            raise TypeError("resources must be a function under @contextmanager or @asynccontextmanager")
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
        if not endpoint.takes_resources:
            return (request,)
        if self._manager is None:
            raise RuntimeError("the resources are not open: nothing starts up an application that another one mounts")
        return (request, self.value)

    async def answer(self, endpoint: Endpoint, document: object) -> bytes:
        """Return the response document, as JSON on one line. The request is bytes, or a decoded JSON value.

        Raises the Problem that refuses the request, and ProcessingFailed for anything else that is raised.
        KeyboardInterrupt passes, because it comes from the keyboard and not from the function.
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
    """Tell whether the running task is being cancelled. A function may also raise CancelledError by itself."""
    import asyncio  # noqa: PLC0415 (only asynchronous endpoints need it, and it would slow the terminal)

    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0


def at_once(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine that never waits, without an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: Result = stop.value
        return result
    coroutine.close()
    raise RuntimeError("a coroutine that waits needs an event loop")
