"""The terminal door for many messages."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from processes import environment, terminal

GOOD, BAD, THROWS = b'{"message": "a"}\n', b"{}\n", b'{"message": "raise"}\n'
ANSWER = b'{"message":"a"}'
COMMAND = [sys.executable, "-m", "tests.echo", "--jsonl"]


@pytest.mark.parametrize(
    ("stdin", "status", "summary"),
    [
        (b"", 0, "0 lines: 0 answered, 0 invalid, 0 failed"),
        (GOOD * 3, 0, "3 lines: 3 answered, 0 invalid, 0 failed"),
        (GOOD + BAD, 2, "2 lines: 1 answered, 1 invalid, 0 failed"),
        (BAD + THROWS + GOOD, 1, "3 lines: 1 answered, 1 invalid, 1 failed"),
        (b"\n\n", 2, "2 lines: 0 answered, 2 invalid, 0 failed"),
        (GOOD.rstrip(), 0, "1 lines: 1 answered, 0 invalid, 0 failed"),
        (GOOD.replace(b"\n", b"\r\n"), 0, "1 lines: 1 answered, 0 invalid, 0 failed"),
    ],
)
def test_each_line_has_its_line_and_the_worst_of_them_the_status(stdin: bytes, status: int, summary: str) -> None:
    ended = terminal(["--jsonl"], stdin, module="tests.echo")
    assert (ended.returncode, ended.stderr.decode().splitlines()[-1]) == (status, f"lambda-app: {summary}")
    assert ended.stdout.count(b"\n") == int(summary.split(maxsplit=1)[0])


def test_a_line_above_1_mib_is_refused_and_the_next_one_answered() -> None:
    exactly = b'{"message": "a"}'.ljust(1_048_576) + b"\n"
    for long in (b"x" * 1_048_577, b"x" * 3_000_000, exactly.replace(b"}", b" }")):
        ended = terminal(["--jsonl"], exactly + long + b"\n" * (not long.endswith(b"\n")) + GOOD, module="tests.echo")
        lines = ended.stdout.splitlines()
        assert [json.loads(line).get("status") for line in lines] == [None, 413, None]
    unended = terminal(["--jsonl"], b"x" * 3_000_000, module="tests.echo")
    assert [json.loads(line)["status"] for line in unended.stdout.splitlines()] == [413]


def test_output_to_a_file_is_whole(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(GOOD * 10_000)
    with source.open() as stdin, target.open("wb") as stdout:
        subprocess.run(COMMAND, env=environment(), stdin=stdin, stdout=stdout, check=True, stderr=subprocess.DEVNULL)
    assert target.read_bytes() == (ANSWER + b"\n") * 10_000


def opened(stdout: int = subprocess.PIPE, stderr: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    return subprocess.Popen(COMMAND, env=environment(), stdin=subprocess.PIPE, stdout=stdout, stderr=stderr)


def test_each_answer_to_a_pipe_comes_before_the_next_question() -> None:
    with opened(stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(3):
            process.stdin.write(GOOD)
            process.stdin.flush()
            assert process.stdout.readline() == ANSWER + b"\n"


def test_an_interrupt_ends_between_two_lines_and_says_how_far_it_came() -> None:
    with opened() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(GOOD + b'{"message": "sleep"}\n' + GOOD)
        process.stdin.flush()
        process.stdout.readline()
        time.sleep(0.2)  # in the middle of the second
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=30)
    assert out == b'{"message":"sleep"}\n'
    assert error == b"lambda-app: interrupted after 2 lines: 2 answered, 0 invalid, 0 failed\n"
    assert process.returncode == 130


def test_a_second_interrupt_ends_a_line_that_does_not_end() -> None:
    with opened() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(GOOD + b'{"message": "sleep"}\n' * 20)
        process.stdin.flush()
        process.stdout.readline()
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=30)
    assert out == b""
    assert error == b"lambda-app: interrupted after 1 lines: 1 answered, 0 invalid, 0 failed\n"
    assert process.returncode == 130


def seen_on_a_terminal(feed: Callable[[subprocess.Popen[bytes]], None], stdin: int = subprocess.PIPE) -> str:
    """Return what standard error shows where it is a terminal."""
    master, slave = pty.openpty()
    with subprocess.Popen(COMMAND, env=environment(), stdin=stdin, stdout=subprocess.PIPE, stderr=slave) as process:
        os.close(slave)
        feed(process)
        process.communicate(timeout=60)
    shown = b""
    while True:
        try:
            shown += os.read(master, 65_536)
        except OSError:  # Linux: the other side is closed
            os.close(master)
            return shown.decode()


def test_progress_is_shown_on_a_terminal_with_the_percentage_of_a_file(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(b'{"message": "sleep"}\n' + BAD + GOOD)
    with source.open() as stdin:
        shown = seen_on_a_terminal(lambda _: None, stdin.fileno())
    progress, *_ = shown.split("\r\x1b[K")[1:]
    assert re.fullmatch(r"1 lines, 0 not answered, [\d,]+ lines/s, 51 %", progress)
    assert shown.endswith("\r\x1b[Klambda-app: 3 lines: 2 answered, 1 invalid, 0 failed\r\n")


def test_progress_of_a_pipe_has_no_percentage() -> None:
    def feed(process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        process.stdin.write(b'{"message": "sleep"}\n')

    shown = seen_on_a_terminal(feed)
    assert re.match(r"\r\x1b\[K1 lines, 0 not answered, [\d,]+ lines/s\r", shown)
