"""Where endpoint functions run: `async def` on the event loop, `def` where it may block."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache, partial
from typing import Any, TypeVar

from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.life import Life, is_cancellation
from lambda_app.contract.problem import ProcessingFailed
from lambda_app.contract.turns import TurnLoop
from lambda_app.settings import get_settings

Result = TypeVar("Result")

# Exceptions that end an event loop, or leave a future without a result, when a function in a thread raises them.
_NOT_FOR_LOOPS = (StopIteration, asyncio.CancelledError, SystemExit, KeyboardInterrupt)


@cache
def executor() -> ThreadPoolExecutor:
    """Return the threads of `def` functions: PROCESS_THREADS of them, each started when it is first needed."""
    return ThreadPoolExecutor(get_settings().process_threads, "process")


def shut_down() -> None:
    """Stop the threads without waiting for them, because what still runs has been answered with 503."""
    executor().shutdown(wait=False, cancel_futures=True)
    executor.cache_clear()


async def run(function: Callable[..., Result], *arguments: Any) -> Result:  # noqa: ANN401 (the function's own)
    """Call a function that may block: in a thread or, on Lambda's event loop, between two of its turns."""
    call = partial(_settled, function, *arguments)
    loop = asyncio.get_running_loop()
    if isinstance(loop, TurnLoop):
        return await loop.between_turns(call)
    return await loop.run_in_executor(executor(), copy_context().run, call)


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


def _settled(function: Callable[..., Result], *arguments: Any) -> Result:  # noqa: ANN401 (as above)
    try:
        return function(*arguments)
    except _NOT_FOR_LOOPS as error:
        raise ProcessingFailed(error) from None
