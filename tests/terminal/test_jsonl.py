"""Many messages in one process: `--jsonl`."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

import pytest
from processes import environment

from lambda_app.terminal import progress
from lambda_app.terminal.command import main
from tests.terminal.echo import load
from tests.terminal.tools import Command, Ended

GOOD, BAD, FAILS, REFUSED = (f'{{"message": "{text}"}}\n'.encode() for text in ("a", "", "raise", "refuse"))
INTERRUPT, INTERRUPT_TWICE = (f'{{"message": "{text}"}}\n'.encode() for text in ("interrupt", "interrupt twice"))
ANSWER = '{"message":"a"}\n'


@pytest.mark.parametrize(
    ("stdin", "status", "summary"),
    [
        (b"", 0, "0 lines: 0 answered, 0 invalid, 0 failed"),
        (GOOD * 3, 0, "3 lines: 3 answered, 0 invalid, 0 failed"),
        (GOOD + BAD, 2, "2 lines: 1 answered, 1 invalid, 0 failed"),
        (BAD + FAILS + GOOD, 1, "3 lines: 1 answered, 1 invalid, 1 failed"),
        (BAD + REFUSED * 2 + GOOD, 1, "4 lines: 1 answered, 1 invalid, 2 refused, 0 failed"),
        (b"\n\n", 2, "2 lines: 0 answered, 2 invalid, 0 failed"),
        (GOOD.rstrip(), 0, "1 lines: 1 answered, 0 invalid, 0 failed"),
        (GOOD.replace(b"\n", b"\r\n"), 0, "1 lines: 1 answered, 0 invalid, 0 failed"),
    ],
)
def test_each_line_has_its_line_and_the_worst_of_them_the_status(
    stdin: bytes, status: int, summary: str, run: Command
) -> None:
    ended = run("--jsonl", stdin=stdin)
    assert (ended.status, ended.error) == (status, f"lambda-app: {summary}\n")
    assert ended.out.count("\n") == int(summary.split(maxsplit=1)[0])


def test_a_line_that_is_refused_is_answered_with_the_problem(run: Command) -> None:
    answers = [json.loads(line) for line in run("--jsonl", stdin=REFUSED + FAILS + BAD).out.splitlines()]
    assert answers == [
        {"type": "about:blank", "title": "Conflict", "status": 409, "detail": "Not\nthis one."},
        {"type": "about:blank", "title": "Internal Server Error", "status": 500},
        {
            "type": "about:blank",
            "title": "Unprocessable Content",
            "status": 422,
            "detail": "The document is not what the request model asks for.",
            "errors": [
                {
                    "pointer": "#/message",
                    "code": "string_too_short",
                    "detail": "String should have at least 1 character",
                }
            ],
        },
    ]


def test_what_the_function_prints_is_no_part_of_the_answers(run: Command) -> None:
    ended = run("--jsonl", stdin=b'{"message": "print"}\n' + GOOD)
    summary = "lambda-app: 2 lines: 2 answered, 0 invalid, 0 failed\n"
    assert ended == Ended(0, '{"message":"print"}\n' + ANSWER, f"printed\n{summary}")


def test_a_line_above_1_mib_is_refused_and_the_next_one_answered(run: Command) -> None:
    exactly = b'{"message": "a"}'.ljust(1_048_576) + b"\n"
    for long in (b"x" * 1_048_577, b"x" * 3_000_000, exactly.replace(b"}", b" }")):
        lines = exactly + long + b"\n" * (not long.endswith(b"\n")) + GOOD
        answers = run("--jsonl", stdin=lines).out.splitlines()
        assert [json.loads(answer).get("status") for answer in answers] == [None, 413, None]
    unended = run("--jsonl", stdin=b"x" * 3_000_000)
    assert [json.loads(answer)["status"] for answer in unended.out.splitlines()] == [413]


def test_the_length_of_a_line_has_the_limit_of_the_settings(run: Command, setting: Callable[[str, str], None]) -> None:
    setting("MAX_BODY_BYTES", "16")
    answers = run("--jsonl", stdin=GOOD + GOOD.replace(b"a", b"aa", 2) + GOOD).out.splitlines()
    assert [json.loads(answer).get("status") for answer in answers] == [None, 413, None]


def test_output_to_a_file_is_whole(run: Command) -> None:
    assert run("--jsonl", stdin=GOOD * 10_000).out == ANSWER * 10_000


def opened() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.terminal.echo", "--jsonl"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment(), stdin=pipe, stdout=pipe, stderr=pipe)


def test_each_answer_to_a_pipe_comes_before_the_next_question_and_an_interrupt_ends_the_waiting() -> None:
    with opened() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(3):
            process.stdin.write(GOOD)
            process.stdin.flush()
            assert process.stdout.readline() == ANSWER.encode()
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, b"")
    assert error == b"lambda-app: interrupted after 3 lines: 3 answered, 0 invalid, 0 failed\n"


def test_an_interrupt_ends_between_two_lines_and_says_how_far_it_came(run: Command) -> None:
    summary = "lambda-app: interrupted after 2 lines: 2 answered, 0 invalid, 0 failed\n"
    ended = run("--jsonl", stdin=GOOD + INTERRUPT + GOOD)
    assert ended == Ended(130, ANSWER + '{"message":"interrupt"}\n', summary)


def test_a_second_interrupt_ends_a_line_that_does_not_end(run: Command) -> None:
    summary = "lambda-app: interrupted after 1 lines: 1 answered, 0 invalid, 0 failed\n"
    assert run("--jsonl", stdin=GOOD + INTERRUPT_TWICE + GOOD) == Ended(130, ANSWER, summary)


def test_an_interrupt_is_the_callers_again_when_the_lines_are_answered(run: Command) -> None:
    before = signal.getsignal(signal.SIGINT)
    run("--jsonl", stdin=GOOD)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], str]:
    """Return what runs something, and returns what standard error shows where it is a terminal."""

    def show(running: Callable[[], object]) -> str:
        monkeypatch.setattr(progress, "PROGRESS_SECONDS", 0)
        master, slave = pty.openpty()
        with os.fdopen(slave, "w") as stderr:
            monkeypatch.setattr(sys, "stderr", stderr)
            running()
            monkeypatch.undo()
        text = b""
        with os.fdopen(master, "rb", buffering=0) as screen, suppress(OSError):  # Linux: the other side is closed
            while shown := screen.read(65_536):
                text += shown
        return text.decode()

    return show


def test_progress_is_shown_on_a_terminal_with_the_percentage_of_a_file(
    run: Command, shown: Callable[[Callable[[], object]], str]
) -> None:
    lines = shown(lambda: run("--jsonl", stdin=GOOD + BAD + FAILS)).split("\r\x1b[K")[1:]
    rates = [re.sub(r"[\d,]+ lines/s", "N lines/s", line) for line in lines]
    assert rates == [
        "1 lines, 0 not answered, N lines/s, 31 %",
        "2 lines, 1 not answered, N lines/s, 61 %",
        "3 lines, 2 not answered, N lines/s, 100 %",
        "lambda-app: 3 lines: 1 answered, 1 invalid, 1 failed\r\n",
    ]


def test_progress_makes_room_for_a_trace(run: Command, shown: Callable[[Callable[[], object]], str]) -> None:
    text = shown(lambda: run("--jsonl", "--traceback", stdin=GOOD + FAILS))
    assert "lines/s, 44 %\r\x1b[KTraceback (most recent call last):\r\n" in text


def test_progress_of_a_pipe_has_no_percentage(
    shown: Callable[[Callable[[], object]], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()
    os.write(writing, GOOD)
    os.close(writing)
    with os.fdopen(reading) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        text = shown(lambda: main(["--jsonl"], load))
    assert re.match(r"\r\x1b\[K1 lines, 0 not answered, [\d,]+ lines/s\r", text)
