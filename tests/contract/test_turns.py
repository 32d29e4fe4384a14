"""Functions between two turns of the event loop."""

import asyncio
import contextvars
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from lambda_app.contract.turns import TurnLoop


@pytest.fixture
def loop() -> Iterator[TurnLoop]:
    """Return a loop, and close it."""
    opened = TurnLoop()
    yield opened
    opened.close()


def called(loop: TurnLoop, function: Callable[[], Any]) -> Any:
    """Return what a coroutine gets that awaits the function between two turns."""

    async def caller() -> Any:
        return await loop.between_turns(function)

    return loop.run_until_complete(caller())


async def twice(number: int) -> int:
    await asyncio.sleep(0)
    return 2 * number


def test_a_function_may_run_an_event_loop_of_its_own(loop: TurnLoop) -> None:
    assert called(loop, lambda: asyncio.run(twice(1))) == 2
    assert called(loop, lambda: asyncio.run(twice(2))) == 4


def test_the_function_is_called_in_the_thread_of_the_loop_and_the_coroutine_goes_on_in_the_loop(loop: TurnLoop) -> None:
    async def caller() -> tuple[int, object, asyncio.AbstractEventLoop]:
        async with asyncio.timeout(30):
            thread, running = await loop.between_turns(lambda: (threading.get_ident(), asyncio._get_running_loop()))  # noqa: SLF001 (what `asyncio.run` asks)
        return thread, running, asyncio.get_running_loop()

    assert loop.run_until_complete(caller()) == (threading.get_ident(), None, loop)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, asyncio.CancelledError, GeneratorExit])
def test_whatever_the_function_raises_reaches_the_coroutine_and_ends_no_loop(
    loop: TurnLoop, error: type[BaseException]
) -> None:
    def fail() -> None:
        raise error("a")

    async def caller() -> BaseException | None:
        try:
            await loop.between_turns(fail)
        except BaseException as raised:  # noqa: BLE001 (that is what is tested)
            return raised
        return None

    raised = loop.run_until_complete(caller())
    assert (type(raised), str(raised)) == (error, "a")
    assert called(loop, lambda: 1) == 1


def test_stop_iteration_reaches_the_coroutine_as_every_coroutine_passes_it_on(loop: TurnLoop) -> None:
    with pytest.raises(RuntimeError, match="coroutine raised StopIteration"):
        called(loop, lambda: next(iter(())))


def test_several_tasks_wait_for_their_turns_at_once(loop: TurnLoop) -> None:
    calls: list[int] = []

    async def callers() -> list[None]:
        return await asyncio.gather(*(loop.between_turns(partial(calls.append, number)) for number in range(5)))

    assert loop.run_until_complete(callers()) == [None] * 5
    assert calls == [0, 1, 2, 3, 4]


def test_a_task_that_is_left_over_gets_its_turn_in_the_next_run(loop: TurnLoop) -> None:
    async def leave() -> asyncio.Task[int]:
        async def late() -> int:
            await asyncio.sleep(0)
            return await loop.between_turns(lambda: 1)

        return asyncio.create_task(late())

    async def wait(task: asyncio.Task[int]) -> int:
        return await task

    assert loop.run_until_complete(wait(loop.run_until_complete(leave()))) == 1


def test_the_function_sees_the_context_of_its_caller_and_changes_a_copy(loop: TurnLoop) -> None:
    variable = contextvars.ContextVar("variable", default="outside")

    def change() -> str:
        seen = variable.get()
        variable.set("changed")
        return seen

    async def caller() -> tuple[str, str]:
        variable.set("caller")
        return await loop.between_turns(change), variable.get()

    assert loop.run_until_complete(caller()) == ("caller", "caller")


def test_a_function_whose_caller_was_cancelled_is_not_called(loop: TurnLoop) -> None:
    calls: list[int] = []

    async def cancel() -> bool:
        task = asyncio.create_task(loop.between_turns(partial(calls.append, 1)))
        asyncio.get_running_loop().call_soon(task.cancel)
        await asyncio.wait([task])
        return task.cancelled()

    assert loop.run_until_complete(cancel())
    assert calls == []


def test_a_function_may_run_the_loop_itself_and_cancel_its_own_caller(loop: TurnLoop) -> None:
    def run_and_cancel() -> int:
        task.cancel()
        return int(loop.run_until_complete(twice(1)))

    async def caller() -> str:
        try:
            await loop.between_turns(run_and_cancel)
        except asyncio.CancelledError:
            return "cancelled"
        return ""

    task = loop.create_task(caller())
    assert loop.run_until_complete(task) == "cancelled"


def test_a_run_goes_on_although_somebody_stops_the_loop(loop: TurnLoop) -> None:
    async def stop() -> int:
        loop.stop()
        return await twice(1)

    assert loop.run_until_complete(stop()) == 2


def test_what_a_coroutine_raises_is_raised(loop: TurnLoop) -> None:
    async def fail() -> None:
        raise ValueError("a")

    with pytest.raises(ValueError, match=r"^a$"):
        loop.run_until_complete(fail())


def test_timers_run_on_while_functions_are_called(loop: TurnLoop) -> None:
    async def caller() -> float:
        start = time.monotonic()
        timer = asyncio.create_task(asyncio.sleep(0.01))
        while not timer.done():
            await loop.between_turns(lambda: None)
        return time.monotonic() - start

    assert loop.run_until_complete(caller()) >= 0.01


def test_a_loop_that_is_kept_cannot_be_closed(loop: TurnLoop) -> None:
    loop.is_kept = True
    with pytest.raises(RuntimeError, match="a function cannot close the event loop that serves the next event too"):
        loop.close()
    loop.is_kept = False
