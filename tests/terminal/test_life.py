"""Resources and asynchronous endpoints: opened on first use, closed at the end, with one event loop for all."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest

from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.environment import Environment, SettingsError
from lambda_app.contract.life import Resources
from tests.terminal.echo import Broken, EchoRequest, EchoResponse
from tests.terminal.tools import Command, Ended, line_of, refused

LINE = b'{"message": "hello"}\n'
SUMMARY = "lambda-app: 2 lines: 2 answered, 0 invalid, 0 failed\n"


class Connection:
    """What a function gets for its life."""

    def __init__(self) -> None:
        self.calls = 0


@contextmanager
def connection() -> Iterator[Connection]:
    print("opened")  # noqa: T201 (as people do)
    made = Connection()
    yield made
    print(f"closed after {made.calls}")  # noqa: T201 (as above)


@asynccontextmanager
async def async_connection() -> AsyncIterator[Connection]:
    await asyncio.sleep(0)
    with connection() as made:
        yield made
    await asyncio.sleep(0)


def count(request: EchoRequest, made: Connection) -> EchoResponse:
    made.calls += 1
    asyncio.run(asyncio.sleep(0))  # a `def` may, whatever the resources are
    return EchoResponse(message=f"{request.message} {made.calls}")


async def count_async(request: EchoRequest, made: Connection) -> EchoResponse:
    made.calls += 1
    await asyncio.sleep(0)
    return EchoResponse(message=f"{request.message} {made.calls}")


@pytest.mark.parametrize("function", [count, count_async])
@pytest.mark.parametrize("resources", [connection, async_connection])
def test_resources_are_opened_once_and_closed_at_the_end(
    resources: Resources, function: Callable[..., object], run: Command
) -> None:
    endpoint = Endpoint(function)
    one = Ended(0, "hello 1\n", "opened\nclosed after 1\n")
    many = '{"message":"hello 1"}\n{"message":"hello 2"}\n'
    assert run("hello", endpoint=endpoint, resources=resources) == one
    assert run("--jsonl", stdin=LINE * 2, endpoint=endpoint, resources=resources) == Ended(
        0, many, f"opened\n{SUMMARY}closed after 2\n"
    )


def test_resources_are_opened_on_first_use_alone(run: Command) -> None:
    endpoint = Endpoint(count)
    summary = "lambda-app: 0 lines: 0 answered, 0 invalid, 0 failed\n"
    assert run("--jsonl", endpoint=endpoint, resources=connection) == Ended(0, "", summary)
    assert "opened" not in run("--help", endpoint=endpoint, resources=connection).error


def test_an_async_function_is_answered_and_has_one_loop_for_every_line(run: Command) -> None:
    loops: set[asyncio.AbstractEventLoop] = set()

    async def remember(request: EchoRequest) -> EchoResponse:
        loops.add(asyncio.get_running_loop())
        return EchoResponse(message=request.message)

    assert run("hello", endpoint=Endpoint(remember)) == Ended(0, "hello\n", "")
    loops.clear()
    out = '{"message":"hello"}\n' * 2
    assert run("--jsonl", stdin=LINE * 2, endpoint=Endpoint(remember)) == Ended(0, out, SUMMARY)
    assert len(loops) == 1


def fail(error: BaseException) -> None:
    raise error


@contextmanager
def not_opened() -> Iterator[None]:
    fail(Broken("secret"))
    yield


@contextmanager
def not_closed() -> Iterator[Connection]:
    yield Connection()
    fail(SystemExit("secret"))


@asynccontextmanager
async def not_opened_async() -> AsyncIterator[None]:
    fail(asyncio.CancelledError("secret"))
    yield


@contextmanager
def interrupted() -> Iterator[None]:
    fail(KeyboardInterrupt())
    yield


def failure(what: str, kind: str) -> str:
    place = f"test_life.py, line {line_of(fail, 'raise')}"
    return f"the resources cannot be {what}: {kind} in {place} (--traceback shows more)"


@pytest.mark.parametrize(
    ("resources", "error"),
    [
        (not_opened, failure("opened", "Broken")),
        (not_opened_async, failure("opened", "CancelledError")),
    ],
)
def test_resources_that_cannot_be_opened_are_one_line(resources: Resources, error: str, run: Command) -> None:
    assert run("hello", endpoint=Endpoint(count), resources=resources) == refused(error, 1)
    assert run("--jsonl", stdin=LINE, endpoint=Endpoint(count), resources=resources) == refused(error, 1)


def test_a_setting_that_the_resources_miss_is_named(run: Command) -> None:
    class Own(Environment):
        database_url: str

    @contextmanager
    def database() -> Iterator[str]:
        yield Own.read({}).database_url

    with pytest.raises(SettingsError, match="DATABASE_URL") as missing:
        Own.read({})
    assert run("hello", endpoint=Endpoint(count), resources=database) == refused(str(missing.value), 1)


def test_resources_that_cannot_be_closed_are_one_line_after_the_answer(run: Command) -> None:
    error = f"lambda-app: error: {failure('closed', 'SystemExit')}\n"
    assert run("hello", endpoint=Endpoint(count), resources=not_closed) == Ended(1, "hello 1\n", error)
    invalid = "lambda-app: error: message: String should have at least 1 character\n"
    assert run("", endpoint=Endpoint(count), resources=not_closed) == Ended(1, "", invalid + error)


def test_the_trace_of_resources_is_shown_where_it_is_asked_for(run: Command) -> None:
    error = run("hello", "--traceback", endpoint=Endpoint(count), resources=not_opened).error
    assert error.startswith("Traceback (most recent call last):\n")
    assert "tests.terminal.echo.Broken: secret\nlambda-app: error: the resources cannot be opened: Broken in " in error


def test_an_interrupt_while_resources_are_opened_is_no_failure(run: Command) -> None:
    assert run("hello", endpoint=Endpoint(count), resources=interrupted) == refused("interrupted", 130)


async def trouble(request: EchoRequest) -> EchoResponse:
    loop = asyncio.get_running_loop()
    match request.message:
        case "raise":
            raise Broken("secret")
        case "cancelled":
            raise asyncio.CancelledError("secret")
        case "interrupt":
            signal.raise_signal(signal.SIGINT)
            await asyncio.sleep(0)
        case "interrupt twice":
            signal.raise_signal(signal.SIGINT)
            loop.call_soon(signal.raise_signal, signal.SIGINT)
            try:
                await loop.create_future()
            finally:
                print("cleaned up")  # noqa: T201 (as above)
    return EchoResponse(message=request.message)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("raise", ("Broken", "raise Broken")),
        ("cancelled", ("CancelledError", "raise asyncio")),
    ],
)
def test_an_async_function_that_fails_is_named_with_its_place(
    message: str, expected: tuple[str, str], run: Command
) -> None:
    kind, text = expected
    place = f"{kind} in test_life.py, line {line_of(trouble, text)}"
    error = f"the processing failed: {place} (--traceback shows more)"
    assert run(message, endpoint=Endpoint(trouble)) == refused(error, 1)


def test_an_interrupt_cancels_an_async_function_and_closes_the_resources(run: Command) -> None:
    closed = "opened\nclosed after 0\n"
    ended = run("interrupt", endpoint=Endpoint(trouble), resources=async_connection)
    assert ended == Ended(130, "", f"{closed}lambda-app: error: interrupted\n")


def test_an_interrupt_between_two_lines_lets_an_async_function_finish(run: Command) -> None:
    lines = b'{"message": "interrupt"}\n' + LINE
    summary = "lambda-app: interrupted after 1 line: 1 answered, 0 invalid, 0 failed\n"
    ended = run("--jsonl", stdin=lines, endpoint=Endpoint(trouble))
    assert ended == Ended(130, '{"message":"interrupt"}\n', summary)


def test_a_second_interrupt_ends_an_async_function_before_the_resources_are_closed(run: Command) -> None:
    lines = LINE + b'{"message": "interrupt twice"}\n'
    summary = "lambda-app: interrupted after 1 line: 1 answered, 0 invalid, 0 failed\n"
    ended = run("--jsonl", stdin=lines, endpoint=Endpoint(trouble), resources=async_connection)
    assert ended == Ended(130, '{"message":"hello"}\n', f"opened\n{summary}cleaned up\nclosed after 0\n")


def test_an_interrupt_while_async_resources_are_opened_is_status_130(run: Command) -> None:
    @asynccontextmanager
    async def slow() -> AsyncIterator[None]:
        signal.raise_signal(signal.SIGINT)
        await asyncio.sleep(60)
        yield

    assert run("hello", endpoint=Endpoint(trouble), resources=slow) == refused("interrupted", 130)
