"""A function that fails: one line that names the exception and its place, and the trace for whoever asks."""

import json

import pytest
from pydantic_core import PydanticSerializationError

from tests.terminal import echo
from tests.terminal.tools import Command, Ended, line_of, refused


def place(text: str) -> str:
    return f"echo.py, line {line_of(echo, text)}"


@pytest.mark.parametrize(
    ("message", "failure"),
    [
        ("raise", f"Broken in {place('raise Broken')}"),
        ("exit", f"SystemExit in {place('raise SystemExit')}"),
        ("cancelled", f"CancelledError in {place('raise asyncio')}"),
        # Not in the standard library, nor in what has no file.
        ("parse", f"JSONDecodeError in {place('json.loads')}"),
        ("evaluate", f"ZeroDivisionError in {place('eval(')}"),
    ],
)
def test_a_failure_is_named_with_its_place_and_without_its_text(message: str, failure: str, run: Command) -> None:
    assert run(message) == refused(f"the processing failed: {failure} (--traceback shows more)", 1)


def test_a_failure_outside_of_the_function_has_a_place_as_well(run: Command) -> None:
    status, out, error = run("surrogate")
    assert (status, out) == (1, "")
    assert error.startswith(f"lambda-app: error: the processing failed: {PydanticSerializationError.__name__} in ")


def test_the_trace_comes_before_the_line_and_escapes_what_a_terminal_would_obey(run: Command) -> None:
    status, out, error = run("raise", "--traceback")
    trace, line = error.split("\ntests.terminal.echo.Broken: ")
    assert (status, out) == (1, "")
    assert trace.startswith("Traceback (most recent call last):\n")
    assert f'echo.py", line {line_of(echo, "raise Broken")}, in echo\n' in trace
    failure = f"the processing failed: Broken in {place('raise Broken')}"
    assert line == f"secret \\x1b[31m\nlambda-app: error: {failure}\n"


def test_json_lines_show_the_trace_of_each_failure_and_its_number(run: Command) -> None:
    lines = b'{"message": "a"}\n{"message": "raise"}\n'
    status, out, error = run("--jsonl", "--traceback", stdin=lines)
    assert status == 1
    assert [json.loads(line).get("status") for line in out.splitlines()] == [None, 500]
    assert error.startswith("Traceback (most recent call last):\n")
    failure = f"line 2: the processing failed: Broken in {place('raise Broken')}"
    assert error.endswith(f"\nlambda-app: error: {failure}\nlambda-app: 2 lines: 1 answered, 0 invalid, 1 failed\n")


def test_a_refusal_and_bad_input_have_no_trace(run: Command) -> None:
    assert run("refuse", "--traceback") == refused(r"Not\nthis one.", 1)
    assert run("", "--traceback") == refused("message: String should have at least 1 character")
    assert run("hello", "--traceback") == Ended(0, "hello\n", "")
