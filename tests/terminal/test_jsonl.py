"""Many messages in one process: `--jsonl`."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest
from processes import environment

from tests.terminal.tools import Command, Ended

GOOD, BAD, FAILS, REFUSED = (f'{{"message": "{text}"}}\n'.encode() for text in ("a", "", "raise", "refuse"))
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
        (GOOD.rstrip(), 0, "1 line: 1 answered, 0 invalid, 0 failed"),
        (GOOD.replace(b"\n", b"\r\n"), 0, "1 line: 1 answered, 0 invalid, 0 failed"),
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


def test_a_problem_has_the_number_of_its_line_where_that_is_asked_for(run: Command) -> None:
    lines = GOOD + REFUSED + GOOD + FAILS + BAD
    plain = [json.loads(line) for line in run("--jsonl", stdin=lines).out.splitlines()]
    numbered = [json.loads(line) for line in run("--jsonl", "--line-numbers", stdin=lines).out.splitlines()]
    assert numbered == [
        {**answer, "line": number} if "status" in answer else answer for number, answer in enumerate(plain, 1)
    ]
    assert [answer.get("line") for answer in numbered] == [None, 2, None, 4, 5]


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
