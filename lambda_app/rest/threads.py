"""Where endpoint functions run: `async def` on the event loop, `def` where it may block."""

import asyncio
import os
from collections.abc import Callable
from functools import cache, partial
from typing import Any, TypeVar, cast

from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.life import Life, is_cancellation
from lambda_app.contract.problem import ProcessingFailed
from lambda_app.contract.turns import TurnLoop
from lambda_app.rest.call import Call
from lambda_app.rest.thread_pool import ThreadPool
from lambda_app.settings import get_settings

Result = TypeVar("Result")

# Exceptions that end an event loop, or leave a future without a result, when a function in a thread raises them.
_NOT_FOR_LOOPS = (StopIteration, asyncio.CancelledError, SystemExit, KeyboardInterrupt)


@cache
def pool() -> ThreadPool:
    """Return the threads of `def` functions: PROCESS_THREADS of them, each started when it is first needed."""
    return ThreadPool(get_settings().process_threads)


# A forked process has none of its parent's threads.
os.register_at_fork(after_in_child=pool.cache_clear)


def shut_down() -> None:
    """Stop the threads without waiting for them, because what still runs has been answered with 503."""
    if pool.cache_info().currsize:
        pool().close()
        pool.cache_clear()


async def run(
    function: Callable[..., Result],
    *arguments: Any,  # noqa: ANN401 (the function's own)
    threads: ThreadPool | None = None,
) -> Result:
    """Call a function that may block: in a thread or, on Lambda's event loop, between two of its turns.

    A function that still waits for a thread when the task is cancelled is never called. One that has started goes on.
    """
    function = partial(_settled, function, *arguments)
    loop = asyncio.get_running_loop()
    if isinstance(loop, TurnLoop):
        return await loop.between_turns(function)
    threads, call = threads or pool(), Call(function)
    threads.submit(call)
    try:
        return cast("Result", await call.future)
    except asyncio.CancelledError:
        threads.withdraw(call)
        raise


async def call(life: Life, endpoint: Endpoint, request: Any) -> Any:  # noqa: ANN401 (the endpoint's models)
    """Call the endpoint's function with a request, and return its response. Raises what the function raises.

    An exception that would act on the event loop, such as SystemExit, becomes ProcessingFailed.
    """
    arguments = life.arguments(endpoint, request)
    if not endpoint.is_async:
        return await run(endpoint.function, *arguments)
    try:
        return await endpoint.function(*arguments)
    except _NOT_FOR_LOOPS as error:
        if is_cancellation(error):
            raise
        raise ProcessingFailed(error) from None


def _settled(function: Callable[..., Result], *arguments: Any) -> Result:  # noqa: ANN401 (the function's own)
    try:
        return function(*arguments)
    except _NOT_FOR_LOOPS as error:
        raise ProcessingFailed(error) from None
