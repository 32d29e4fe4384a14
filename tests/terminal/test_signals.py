"""Ctrl-C, SIGTERM and SIGHUP: they end a command without a trace, at a line, and whenever they come."""

import asyncio
import importlib.abc
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from processes import ROOT, environment

import lambda_app.terminal
from lambda_app.contract.endpoint import Endpoint
from lambda_app.terminal.signals import end_at_once
from tests.terminal.echo import EchoRequest, EchoResponse
from tests.terminal.tools import Command, Ended, refused

GOOD = b'{"message": "a"}\n'
ANSWER = '{"message":"a"}\n'
ENDINGS = {"SIGINT": ("interrupted", 130), "SIGTERM": ("terminated", 143), "SIGHUP": ("hung up", 129)}
NUMBERS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def line(message: str) -> bytes:
    return f'{{"message": "{message}"}}\n'.encode()


@pytest.fixture(autouse=True)
def handlers() -> Iterator[list[object]]:
    """Return the handlers of the signals, and give them back to whoever had them."""
    before = {number: signal.getsignal(number) for number in NUMBERS}
    yield list(before.values())
    for number, handler in before.items():
        signal.signal(number, handler)


# --- JSON Lines


@pytest.mark.parametrize("name", ENDINGS)
def test_json_lines_end_between_two_lines_and_say_how_far_they_came(name: str, run: Command) -> None:
    word, status = ENDINGS[name]
    summary = f"lambda-app: {word} after 2 lines: 2 answered, 0 invalid, 0 failed\n"
    ended = run("--jsonl", stdin=GOOD + line(name) + GOOD)
    assert ended == Ended(status, f'{ANSWER}{{"message":"{name}"}}\n', summary)


@pytest.mark.parametrize("names", ["SIGINT SIGINT", "SIGTERM SIGTERM", "SIGTERM SIGINT"])
def test_a_second_signal_ends_a_line_that_does_not_end(names: str, run: Command) -> None:
    word, status = ENDINGS[names.partition(" ")[0]]
    summary = f"lambda-app: {word} after 1 line: 1 answered, 0 invalid, 0 failed\n"
    assert run("--jsonl", stdin=GOOD + line(names) + GOOD) == Ended(status, ANSWER, summary)


def test_a_function_that_raises_keyboard_interrupt_ends_the_lines(run: Command) -> None:
    summary = "lambda-app: interrupted after 1 line: 1 answered, 0 invalid, 0 failed\n"
    assert run("--jsonl", stdin=GOOD + line("KeyboardInterrupt") + GOOD) == Ended(130, ANSWER, summary)


def test_every_line_that_was_answered_is_in_the_file(tmp_path: Path) -> None:
    answers = tmp_path / "answers.jsonl"
    command = [sys.executable, "-m", "tests.terminal.echo", "--jsonl"]
    pipe = subprocess.PIPE
    with (
        answers.open("wb") as out,
        subprocess.Popen(command, env=environment(), stdin=pipe, stdout=out, stderr=pipe) as process,
    ):
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(line("print") * 13)
        process.stdin.flush()
        assert [process.stderr.readline() for _ in range(13)] == [b"printed\n"] * 13
        process.terminate()
        error = process.communicate(timeout=30)[1]
    assert (process.returncode, answers.read_text()) == (143, '{"message":"print"}\n' * 13)
    assert error == b"lambda-app: terminated after 13 lines: 13 answered, 0 invalid, 0 failed\n"


# --- one message


@contextmanager
def resources() -> Iterator[None]:
    yield
    print("closed")  # noqa: T201 (as people do)


@asynccontextmanager
async def async_resources() -> AsyncIterator[None]:
    yield
    print("closed")  # noqa: T201 (as above)


def terminate(request: EchoRequest, _: None) -> EchoResponse:
    signal.raise_signal(signal.SIGTERM)
    return EchoResponse(message=request.message)


async def terminate_async(request: EchoRequest, _: None) -> EchoResponse:
    signal.raise_signal(signal.SIGTERM)
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        print("cleaned up")  # noqa: T201 (as above)
    return EchoResponse(message=request.message)


def test_sigterm_ends_a_function_and_closes_the_resources(run: Command) -> None:
    ended = run("a", endpoint=Endpoint(terminate), resources=resources)
    assert ended == Ended(143, "", "closed\nlambda-app: error: terminated\n")


def test_sigterm_cancels_an_async_function_before_the_resources_are_closed(run: Command) -> None:
    ended = run("a", endpoint=Endpoint(terminate_async), resources=async_resources)
    assert ended == Ended(143, "", "cleaned up\nclosed\nlambda-app: error: terminated\n")


@pytest.mark.parametrize("argv", [[], ["--jsonl"]])
def test_sigterm_ends_the_waiting_for_input(argv: list[str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.terminal.echo", *argv],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(b" " * 500_000)  # more than a pipe holds: once it is written, the process is reading
    process.terminate()
    out, error = process.communicate(timeout=30)
    told = b"terminated after 0 lines: 0 answered, 0 invalid, 0 failed" if argv else b"error: terminated"
    assert (process.returncode, out, error) == (143, b"", b"lambda-app: " + told + b"\n")


# --- whose signals they are


@pytest.mark.parametrize("argv", [["a"], ["SIGTERM"], ["--jsonl"], ["--help"], ["--version"]])
def test_the_signals_are_the_callers_again_when_the_command_has_ended(
    argv: list[str], run: Command, handlers: list[object]
) -> None:
    run(*argv)
    assert [signal.getsignal(number) for number in NUMBERS] == handlers


def test_a_signal_that_is_ignored_stays_ignored(run: Command) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    assert run("SIGHUP") == Ended(0, "SIGHUP\n", "")
    assert run("SIGINT") == Ended(0, "SIGINT\n", "")
    assert run("SIGTERM") == refused("terminated", 143)


def test_a_process_that_the_function_forks_ends_as_if_there_were_no_handler() -> None:
    command = [sys.executable, "-m", "tests.terminal.echo", "fork"]
    ended = subprocess.run(command, env=environment(), capture_output=True, timeout=30, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"{-signal.SIGTERM}\n".encode(), b"")


def test_a_fork_gives_a_signal_its_default_back(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    raised: list[object] = []

    def fork(request: EchoRequest) -> EchoResponse:
        monkeypatch.setattr(os, "getpid", lambda: 0)
        raise_signal = signal.raise_signal
        monkeypatch.setattr(signal, "raise_signal", lambda number: raised.append((number, signal.getsignal(number))))
        raise_signal(signal.SIGTERM)
        return EchoResponse(message=request.message)

    run("a", endpoint=Endpoint(fork))
    assert raised == [(signal.SIGTERM, signal.SIG_DFL)]


# --- the start and the exit of the process


@pytest.mark.parametrize("name", ENDINGS)
def test_a_signal_ends_a_process_that_starts_or_exits_with_one_line(
    name: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    statuses: list[int] = []
    monkeypatch.setattr(os, "_exit", statuses.append)
    end_at_once()
    signal.raise_signal(getattr(signal, name))
    word, status = ENDINGS[name]
    assert (statuses, capfd.readouterr()) == ([status], ("", f"lambda-app: error: {word}\n"))


def test_an_interrupt_before_any_handler_is_status_130(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupting(importlib.abc.MetaPathFinder):
        def find_spec(self, name: str, *_: object) -> None:
            if name == "lambda_app.terminal.signals":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "lambda_app.terminal.signals")
    monkeypatch.delattr(lambda_app.terminal, "signals")
    monkeypatch.setattr(sys, "meta_path", [Interrupting(), *sys.meta_path])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "lambda_app/__main__.py"))
    assert ended.value.code == 130


# Forks a process for each moment, which is the import of that number after the first line of `main`, sends it a signal
# there, and prints how it has ended.
AT_AN_IMPORT = """
import os, runpy, sys

sys.argv = ["lambda-app", "--help"]
for number, moment in zip([2, 15, 1] * 99, {moments}):
    reading, writing = os.pipe()
    if not (child := os.fork()):
        os.dup2(writing, 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        imports = []

        def count(event, arguments):
            if event == "import" and (imports or arguments[0] == "lambda_app.terminal.command"):
                imports.append(arguments[0])
                if len(imports) == moment:
                    os.kill(os.getpid(), number)

        sys.addaudithook(count)
        runpy.run_module("lambda_app", run_name="__main__", alter_sys=True)
    os.close(writing)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with open(reading) as error:
        print(status - number, error.read())
"""
MOMENTS = [1, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 100]


def test_a_signal_at_any_import_ends_the_start_in_one_line() -> None:
    command = [sys.executable, "-c", AT_AN_IMPORT.format(moments=MOMENTS)]
    ended = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60, check=True)
    words = [f"128 lambda-app: error: {word}" for word, _ in ENDINGS.values()]
    assert ended.stdout.split("\n\n")[:-1] == words * (len(MOMENTS) // len(words))


FOLDER = os.path.dirname(sys.executable)  # noqa: PTH120 (not resolved)
COMMANDS = [[sys.executable, "-m", "lambda_app"], [f"{FOLDER}/lambda-app"]]


@pytest.mark.parametrize("command", COMMANDS, ids=["module", "script"])
def test_an_interrupt_never_shows_a_trace_of_the_package(command: Sequence[str]) -> None:
    start = time.perf_counter()
    subprocess.run([*command, "--help"], env=environment(), capture_output=True, timeout=30, check=True)
    seconds = time.perf_counter() - start
    for moment in range(8):
        process = subprocess.Popen(
            [*command, "--help"], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        deadline = time.perf_counter() + seconds * moment / 8
        while time.perf_counter() < deadline and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        error = process.communicate(timeout=30)[1]
        # What Python shows before it has read a file of the package is Python's own: its start takes 10 ms.
        assert f"{ROOT}/lambda_app/" not in error.decode()
        if error.startswith(b"lambda-app: "):
            assert (process.returncode, error) == (130, b"lambda-app: error: interrupted\n")
