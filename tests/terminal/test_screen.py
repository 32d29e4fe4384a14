"""What a person sees: progress that fits the window, a hint while the command waits, and red for who wants colour."""

import io
import os
import pty
import sys
import termios
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TextIO, cast

import pytest

from lambda_app.terminal import progress
from lambda_app.terminal.command import main
from tests.terminal.echo import load
from tests.terminal.tools import Command

GOOD, FAILS = b'{"message": "a"}\n', b'{"message": "raise"}\n'
CLEAR = "\r\x1b[K"
END = b"\x04"  # Ctrl-D


class Screen:
    """A terminal of a number of columns, which a person types at and reads."""

    def __init__(self, columns: int = 80) -> None:
        self._person, self._process = pty.openpty()
        termios.tcsetwinsize(self._process, (24, columns))
        settings = termios.tcgetattr(self._process)
        settings[3] &= ~termios.ECHO  # what is typed is not shown
        termios.tcsetattr(self._process, termios.TCSANOW, settings)
        self._streams: list[TextIO] = []

    def stream(self, mode: str) -> TextIO:
        """Return the terminal as a standard stream."""
        stream = cast("TextIO", os.fdopen(os.dup(self._process), mode))
        self._streams.append(stream)
        return stream

    def type(self, text: bytes) -> None:
        """Type a text."""
        os.write(self._person, text)

    def shown(self) -> str:
        """Close the terminal, and return what it has shown."""
        for stream in self._streams:
            stream.close()
        os.close(self._process)
        shown = b""
        with os.fdopen(self._person, "rb", buffering=0) as person, suppress(OSError):  # Linux: the other side is closed
            while part := person.read(65_536):
                shown += part
        return shown.decode().replace("\r\n", "\n")


@pytest.fixture(autouse=True)
def colourful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every terminal be one that has colours, whatever this one is."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Return what lets every look at the clock take some seconds."""

    def take(step: int) -> None:
        times = count(0, step)
        monkeypatch.setattr(progress, "monotonic", lambda: next(times))

    return take


@pytest.fixture
def progress_at(
    run: Command, seconds: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[str]]:
    """Return what answers lines, and returns what a window of some columns shows meanwhile, and at the end."""

    def show(stdin: bytes, *options: str, columns: int = 80, step: int = 60) -> list[str]:
        screen = Screen(columns)
        seconds(step)
        monkeypatch.setattr(sys, "stderr", screen.stream("w"))
        run("--jsonl", *options, stdin=stdin)
        monkeypatch.undo()
        return screen.shown().split(CLEAR)

    return show


def test_progress_says_how_far_the_command_is_and_how_long_it_still_takes(
    progress_at: Callable[..., list[str]],
) -> None:
    assert progress_at(GOOD * 4, step=2000) == [
        "",
        "1 line, 25 %, 1:40:00 left, 0.0 lines/s",
        "2 lines, 50 %, 1:06:40 left, 0.0 lines/s",
        "3 lines, 75 %, 33:20 left, 0.0 lines/s",
        "4 lines, 100 %, 0:00 left, 0.0 lines/s",
        "lambda-app: 4 lines: 4 answered, 0 invalid, 0 failed\n",
    ]


@pytest.mark.parametrize(
    ("columns", "last"),
    [
        (0, "40 lines, 100 %, 0:00 left, 10 not answered, 0.5 lines/s"),  # a terminal that does not say how wide it is
        (80, "40 lines, 100 %, 0:00 left, 10 not answered, 0.5 lines/s"),
        (57, "40 lines, 100 %, 0:00 left, 10 not answered, 0.5 lines/s"),
        (56, "40 lines, 100 %, 0:00 left, 10 not answered"),
        (40, "40 lines, 100 %, 0:00 left"),
        (20, "40 lines, 100 %"),
        (10, "40 lines"),
        (5, "40 l"),
    ],
)
def test_progress_is_one_line_of_a_window_and_leaves_out_what_matters_least(
    columns: int, last: str, progress_at: Callable[..., list[str]]
) -> None:
    shown = progress_at((GOOD * 3 + FAILS) * 10, columns=columns, step=2)[1:-1]
    assert shown[-1] == last
    assert [line for line in shown if len(line) >= (columns or 80)] == []


def test_the_rate_has_no_decimals_where_many_lines_are_answered(
    progress_at: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PROGRESS_SECONDS", -1)
    rates = [line.rsplit(", ")[-1] for line in progress_at(GOOD * 2, step=0)[1:-1]]
    assert rates == ["1,000,000,000 lines/s", "2,000,000,000 lines/s"]


def test_progress_makes_room_for_a_trace(progress_at: Callable[..., list[str]]) -> None:
    _, first, trace, *_ = progress_at(GOOD + FAILS, "--traceback")
    assert first == "1 line, 44 %, 1:14 left, 0.0 lines/s"
    assert trace.startswith("Traceback (most recent call last):\n")


def test_progress_is_shown_a_few_times_a_second(progress_at: Callable[..., list[str]]) -> None:
    assert progress_at(GOOD * 4, step=0) == ["", "lambda-app: 4 lines: 4 answered, 0 invalid, 0 failed\n"]


def test_progress_of_a_pipe_knows_no_end(seconds: Callable[[int], None], monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.write(writing, GOOD)
    os.close(writing)
    screen = Screen()
    seconds(1)
    with os.fdopen(reading) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        monkeypatch.setattr(sys, "stderr", screen.stream("w"))
        assert main(["--jsonl"], load) == 0
    monkeypatch.undo()
    assert screen.shown().split(CLEAR)[1] == "1 line, 1.0 lines/s"


def test_progress_has_80_columns_where_the_window_is_gone(
    seconds: Callable[[int], None], run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone(io.StringIO):
        def isatty(self) -> bool:
            return True

        def fileno(self) -> int:
            return null.fileno()

    with open(os.devnull) as null:  # noqa: PTH123 (a descriptor that is no terminal)
        seconds(1)
        monkeypatch.setattr(sys, "stderr", stderr := Gone())
        run("--jsonl", stdin=GOOD)
        monkeypatch.undo()
    assert stderr.getvalue().split(CLEAR)[1] == "1 line, 100 %, 0:00 left, 1.0 lines/s"


@pytest.mark.parametrize("name", ["stdin", "stdout"])
def test_progress_is_silent_on_a_terminal_that_shows_the_answers_or_is_typed_at(
    name: str, seconds: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "lines").write_bytes(GOOD)
    screen = Screen()
    screen.type(GOOD + END)
    seconds(1)
    with (tmp_path / "lines").open() as stdin, (tmp_path / "answers").open("w") as stdout:
        streams = {"stdin": stdin, "stdout": stdout, "stderr": screen.stream("w")}
        streams[name] = screen.stream("r" if name == "stdin" else "w")
        for each, stream in streams.items():
            monkeypatch.setattr(sys, each, stream)
        assert main(["--jsonl"], load) == 0
        monkeypatch.undo()
    before = {
        "stdin": "lambda-app: reading JSON Lines from standard input; end them with Ctrl-D\n",
        "stdout": '{"message":"a"}\n',
    }
    told = screen.shown().replace(CLEAR, "")
    assert told == f"{before[name]}lambda-app: 1 line: 1 answered, 0 invalid, 0 failed\n"


def test_progress_is_shown_where_the_answers_go_to_another_terminal(
    seconds: Callable[[int], None], run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen, other = Screen(), Screen()
    seconds(1)
    monkeypatch.setattr(sys, "stderr", screen.stream("w"))
    monkeypatch.setattr(sys, "stdout", other.stream("w"))
    run("--jsonl", stdin=GOOD)
    monkeypatch.undo()
    assert other.shown() == '{"message":"a"}\n'
    assert screen.shown().split(CLEAR)[1] == "1 line, 100 %, 0:00 left, 1.0 lines/s"


def test_progress_is_silent_on_a_terminal_that_cannot_clear_a_line(
    progress_at: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert progress_at(GOOD) == ["lambda-app: 1 line: 1 answered, 0 invalid, 0 failed\n"]


@pytest.mark.parametrize("argv", [[], ["-"]])
def test_a_person_is_told_that_the_command_waits(
    argv: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    screen = Screen()
    screen.type(b"hello\n" + END)
    monkeypatch.setattr(sys, "stdin", screen.stream("r"))
    monkeypatch.setattr(sys, "stderr", screen.stream("w"))
    assert main(argv, load) == 0
    monkeypatch.undo()
    assert capfd.readouterr().out == "hello\n"
    assert screen.shown() == "lambda-app: reading the message from standard input; end it with Ctrl-D\n"


def test_nobody_is_told_where_nobody_would_read_it(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    screen = Screen()
    screen.type(b"hello\n" + END)
    monkeypatch.setattr(sys, "stdin", screen.stream("r"))
    assert main([], load) == 0
    monkeypatch.undo()
    assert (screen.shown(), capfd.readouterr()) == ("", ("hello\n", ""))


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("NO_COLOR", "", "\x1b[1;31merror:\x1b[0m"),
        ("NO_COLOR", "1", "error:"),
        ("TERM", "dumb", "error:"),
    ],
)
def test_an_error_is_red_unless_the_terminal_or_its_user_wants_none(
    name: str, value: str, error: str, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen.stream("w"))
    assert run("").status == 2
    monkeypatch.undo()
    assert screen.shown() == f"lambda-app: {error} message: String should have at least 1 character\n"
