"""Threads for `def` functions."""

import asyncio
import contextvars
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from processes import environment

from lambda_app.contract.problem import Problem, ProcessingFailed
from lambda_app.rest import threads
from lambda_app.rest.call import Call
from lambda_app.rest.thread_pool import ThreadPool

WAIT = 10  # seconds until a test that hangs fails


@pytest.fixture(autouse=True)
def fresh_pool() -> Iterator[None]:
    threads.shut_down()
    yield
    threads.shut_down()


@pytest.fixture
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROCESS_THREADS", "1")


class Gate:
    """A function that blocks until a test lets it through."""

    def __init__(self) -> None:
        self.is_reached = threading.Event()
        self.is_open = threading.Event()

    def __call__(self) -> str:
        self.is_reached.set()
        assert self.is_open.wait(WAIT)
        return "through"

    async def reached(self) -> None:
        while not self.is_reached.is_set():  # noqa: ASYNC110 (a thread sets it)
            await asyncio.sleep(0)


def name() -> str:
    return threading.current_thread().name


def test_a_function_is_called_in_a_thread_with_a_copy_of_the_context() -> None:
    variable = contextvars.ContextVar("variable", default="outside")

    def change(argument: int) -> tuple[str, int, str]:
        seen = variable.get()
        variable.set("changed")
        return seen, argument, name()

    async def caller() -> tuple[object, str]:
        variable.set("caller")
        return await threads.run(change, 1), variable.get()

    assert asyncio.run(caller()) == (("caller", 1, "process_0"), "caller")


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (ValueError, ValueError),
        (GeneratorExit, GeneratorExit),
        (Problem, Problem),
        (StopIteration, ProcessingFailed),
        (asyncio.CancelledError, ProcessingFailed),
        (SystemExit, ProcessingFailed),
        (KeyboardInterrupt, ProcessingFailed),
    ],
)
def test_whatever_a_function_raises_reaches_its_caller_and_ends_no_loop(
    raised: type[BaseException], expected: type[BaseException]
) -> None:
    def fail() -> None:
        raise raised

    async def caller() -> tuple[type[BaseException] | None, str]:
        caught: type[BaseException] | None = None
        try:
            await threads.run(fail)
        except BaseException as error:  # noqa: BLE001 (that is what is tested)
            caught = type(error)
        return caught, await threads.run(name)

    assert asyncio.run(caller()) == (expected, "process_0")


def test_calls_one_after_the_other_are_made_by_the_thread_that_is_idle() -> None:
    async def caller() -> set[str]:
        return {await threads.run(name) for _ in range(50)}

    assert asyncio.run(caller()) == {"process_0"}


def test_as_many_calls_as_there_are_threads_block_at_the_same_time() -> None:
    together = threading.Barrier(16)

    def meet() -> str:
        together.wait(WAIT)
        return name()

    async def caller() -> set[str]:
        return set(await asyncio.gather(*(threads.run(meet) for _ in range(16))))

    for _ in range(3):  # of threads that start, and of idle ones
        assert asyncio.run(caller()) == {f"process_{number}" for number in range(16)}


@pytest.mark.parametrize("position", [0, 25, 49])
def test_a_call_that_blocks_holds_up_none_that_another_thread_can_make(
    position: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROCESS_THREADS", "2")
    gate = Gate()

    async def caller() -> tuple[list[str], str]:
        functions: list[Callable[[], str]] = [name] * 50
        functions.insert(position, gate)
        calls = [asyncio.ensure_future(threads.run(function)) for function in functions]
        blocked = calls.pop(position)
        async with asyncio.timeout(WAIT):
            names = await asyncio.gather(*calls)
        assert not blocked.done()
        gate.is_open.set()
        return names, await blocked

    names, through = asyncio.run(caller())
    assert (len(names), through) == (50, "through")


def test_a_call_whose_task_is_cancelled_while_it_waits_for_a_thread_is_never_made(one_thread: None) -> None:
    gate = Gate()
    made: list[object] = []

    async def caller() -> str:
        blocked = asyncio.create_task(threads.run(gate))
        await gate.reached()
        waiting = asyncio.create_task(threads.run(made.append, "cancelled"))
        others = [asyncio.create_task(threads.run(made.append, number)) for number in range(2)]
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        gate.is_open.set()
        await asyncio.gather(*others)
        return await blocked

    assert asyncio.run(caller()) == "through"
    assert made == [0, 1]


def test_a_call_whose_task_is_cancelled_while_it_runs_keeps_its_thread_until_it_returns(one_thread: None) -> None:
    gate = Gate()

    async def caller() -> str:
        blocked = asyncio.create_task(threads.run(gate))
        await gate.reached()
        blocked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await blocked
        waiting = asyncio.create_task(threads.run(name))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        gate.is_open.set()
        return await waiting

    assert asyncio.run(caller()) == "process_0"


def test_threads_serve_the_next_event_loop_after_one_that_has_not_waited_for_them(one_thread: None) -> None:
    gate = Gate()

    async def leave() -> None:
        asyncio.ensure_future(threads.run(gate))  # noqa: RUF006 (asyncio.run cancels it)
        await gate.reached()

    async def caller() -> str:
        waiting = asyncio.create_task(threads.run(name))
        await asyncio.sleep(0)
        gate.is_open.set()
        return await waiting

    asyncio.run(leave())
    assert asyncio.run(caller()) == "process_0"


def test_threads_serve_several_event_loops_at_once(one_thread: None) -> None:
    async def caller(number: int) -> list[int]:
        return await asyncio.gather(*(threads.run(int, number) for _ in range(100)))

    with ThreadPoolExecutor(4) as loops:
        answers = list(loops.map(lambda number: asyncio.run(caller(number)), range(4)))
    assert answers == [[number] * 100 for number in range(4)]


def test_shutting_down_cancels_what_waits_and_does_not_wait_for_what_runs(one_thread: None) -> None:
    gate = Gate()
    made: list[object] = []

    async def caller() -> str:
        blocked = asyncio.create_task(threads.run(gate))
        await gate.reached()
        waiting = asyncio.create_task(threads.run(made.append, 1))
        await asyncio.sleep(0)
        threads.shut_down()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        gate.is_open.set()
        return await blocked

    assert asyncio.run(caller()) == "through"
    assert made == []


def test_threads_end_with_their_pool_idle_or_not() -> None:
    gate = Gate()
    running: list[threading.Thread] = []

    async def call(pool: ThreadPool, function: Callable[[], Any]) -> Any:
        made = Call(function)
        pool.submit(made)
        return await made.future

    async def caller() -> None:
        pool = ThreadPool(2)
        blocked = asyncio.create_task(call(pool, gate))
        await gate.reached()
        running.append(await call(pool, threading.current_thread))
        pool.close()
        with pytest.raises(RuntimeError, match="the threads have been shut down"):
            await call(pool, name)
        gate.is_open.set()
        await blocked
        other = ThreadPool(1)

        def close() -> threading.Thread:
            other.close()
            return threading.current_thread()

        running.append(await call(other, close))

    asyncio.run(caller())
    for thread in running:
        thread.join(WAIT)
        assert not thread.is_alive()


def test_where_the_system_has_no_more_threads_those_that_run_make_the_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    start = threading.Thread.start
    made: list[int] = []

    async def caller() -> list[str]:
        monkeypatch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError, match="can't start new thread"):
            await threads.run(made.append, 1)
        monkeypatch.setattr(threading.Thread, "start", start)
        await threads.run(made.append, 2)
        monkeypatch.setattr(threading.Thread, "start", refuse)
        return await asyncio.gather(*(threads.run(name) for _ in range(5)))

    assert asyncio.run(caller()) == ["process_0"] * 5
    assert made == [2]


FORK = """
import asyncio, os, threading
from lambda_app.rest import threads

async def name():
    return await threads.run(lambda: threading.current_thread().name)

assert asyncio.run(name()) == "process_0"
if child := os.fork():
    os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
os._exit(asyncio.run(name()) != "process_0")
"""
STUCK = """
import asyncio, threading
from lambda_app.rest import threads

async def leave():
    reached = asyncio.Event()
    loop = asyncio.get_running_loop()
    def stick():
        loop.call_soon_threadsafe(reached.set)
        threading.Event().wait()
    asyncio.ensure_future(threads.run(stick))
    await reached.wait()

asyncio.run(leave())
print("the end")
"""


@pytest.mark.parametrize(("script", "output"), [(FORK, b""), (STUCK, b"the end\n")])
def test_a_forked_process_has_threads_of_its_own_and_a_stuck_one_does_not_keep_a_process_from_ending(
    script: str, output: bytes
) -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], env=environment({}), capture_output=True, check=True, timeout=30
    )
    assert (ended.stdout, ended.stderr) == (output, b"")
