"""Standard streams that are closed, full, or of another encoding."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import TextIO

import pytest
from processes import environment

from lambda_app.terminal.command import main
from tests.terminal.echo import load
from tests.terminal.tools import Ended

NO_SPACE = "the answer cannot be written: No space left on device"
CLOSED = "the answer cannot be written: Bad file descriptor"
NO_INPUT = "standard input cannot be read: Bad file descriptor"
TOO_SHORT = "message: String should have at least 1 character"


def full() -> TextIO:
    return open("/dev/full", "w", encoding="utf-8")  # noqa: PTH123 (as a standard stream: its fixture closes it)


def closed() -> None:
    """Return what Python has in the place of a stream that is closed."""


def broken() -> TextIO:
    """Return a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    return os.fdopen(writing, "w")


def unreadable() -> TextIO:
    return os.fdopen(os.open(os.devnull, os.O_WRONLY), "r")


def line() -> TextIO:
    reading, writing = os.pipe()
    os.write(writing, b'{"message": "a"}\n')
    os.close(writing)
    return os.fdopen(reading)


Stream = Callable[[], TextIO | None]


@pytest.fixture
def run_with(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Return what runs the command with other streams in the place of the standard ones."""

    def run_with(argv: list[str], **streams: Stream) -> Ended:
        with ExitStack() as stack:
            for name, make in streams.items():
                stream = make()
                if stream is not None:
                    stack.enter_context(stream)
                monkeypatch.setattr(sys, name, stream)
            status = main(argv, load)
            monkeypatch.undo()
        return Ended(status, *capfd.readouterr())

    return run_with


@pytest.mark.parametrize(
    ("argv", "streams", "status", "error"),
    [
        (["hello"], {"stdout": full}, 1, NO_SPACE),
        (["--help"], {"stdout": full}, 1, NO_SPACE),
        (["--version"], {"stdout": full}, 1, NO_SPACE),
        (["--jsonl"], {"stdin": line, "stdout": full}, 1, NO_SPACE),
        (["hello"], {"stdout": closed}, 1, CLOSED),
        (["--jsonl"], {"stdin": line, "stdout": closed}, 1, CLOSED),
        ([""], {"stdout": closed}, 2, TOO_SHORT),
        ([], {"stdin": closed}, 2, NO_INPUT),
        (["--jsonl"], {"stdin": closed}, 2, NO_INPUT),
        ([], {"stdin": unreadable}, 2, NO_INPUT),
        (["hello"], {"stdout": broken}, 0, ""),
        (["--help"], {"stdout": broken}, 0, ""),
        (["--jsonl"], {"stdin": line, "stdout": broken}, 0, ""),
        ([""], {"stderr": closed}, 2, ""),
        ([""], {"stderr": broken}, 2, ""),
        ([""], {"stderr": full}, 2, ""),
        (["print"], {"stdout": broken, "stderr": closed}, 0, ""),
    ],
)
def test_a_stream_that_is_closed_or_full_ends_in_one_line(
    argv: list[str], streams: dict[str, Stream], status: int, error: str, run_with: Callable[..., Ended]
) -> None:
    assert run_with(argv, **streams) == (status, "", f"lambda-app: error: {error}\n" if error else "")


@pytest.mark.parametrize(("argv", "answer"), [(["hello"], "hello\n"), (["--jsonl"], '{"message":"a"}\n')])
@pytest.mark.parametrize("stderr", [closed, broken, full])
def test_an_answer_needs_no_standard_error(
    argv: list[str], answer: str, stderr: Stream, run_with: Callable[..., Ended]
) -> None:
    assert run_with(argv, stdin=line, stderr=stderr) == (0, answer, "")


@pytest.mark.parametrize(
    ("command", "status", "out", "error"),
    [
        ("lambda-app hello > /dev/full", 1, "", NO_SPACE),
        ("lambda-app hello >&-", 1, "", CLOSED),
        ("lambda-app <&-", 2, "", NO_INPUT),
        ("lambda-app hello | true", 0, "", ""),
        ('yes \'{"message": "a"}\' | lambda-app --jsonl | head -n 1', 141, '{"message":"a"}\n', ""),
        ("lambda-app hello 2>&-", 0, "hello\n", ""),
        ("lambda-app '' 2> /dev/full", 2, "", ""),
        ("PYTHONIOENCODING=latin-1 lambda-app 漢", 0, "漢\n", ""),
        ("LC_ALL=C lambda-app 漢", 0, "漢\n", ""),
    ],
)
def test_a_process_ends_as_quietly(command: str, status: int, out: str, error: str) -> None:
    command = command.replace("lambda-app", f"{sys.executable} -m tests.terminal.echo")
    ended = subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {command}"],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    expected = f"lambda-app: error: {error}\n" if error else ""
    assert (ended.stdout, ended.stderr, ended.returncode) == (out, expected, status)


def test_an_interrupt_is_status_130() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.terminal.echo"],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(b"x" * 500_000)  # more than a pipe holds: once it is written, the process is reading
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=30)
    assert (process.returncode, out, error) == (130, b"", b"lambda-app: error: interrupted\n")
