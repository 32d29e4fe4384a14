"""The terminal door: arguments, standard input, exit statuses."""

import json
import os
import signal
import subprocess
import sys
from typing import Annotated, Any

import pytest
from processes import environment, terminal
from pydantic import Field, create_model

from lambda_app import __version__
from lambda_app.cli import main
from lambda_app.endpoint import Document, Endpoint
from tests.echo import ECHO
from tests.order import ORDER

ORDER_DEFAULTS = {
    "count": 1,
    "name": "tea",
    "price": None,
    "gift": False,
    "size": "small",
    "priority": 1,
    "due": None,
    "paid": "0",
    "tags": [],
    "numbers": [],
    "colour": None,
    "unit-of-measure": "piece",
    "extra": None,
    "note": None,
    "urgent": None,
}


def run(capfdbinary: pytest.CaptureFixture[bytes], *argv: str, endpoint: Endpoint = ECHO) -> tuple[int, str, str]:
    """Return the exit status, and what was printed."""
    status = main(argv, endpoint)
    printed = capfdbinary.readouterr()
    return status, printed.out.decode(), printed.err.decode()


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["hello"], (0, "hello\n", "")),
        (["--json", "hello"], (0, '{"message":"hello"}\n', "")),
        (["--", "--json"], (0, "--json\n", "")),
        (["-5"], (0, "-5\n", "")),
        (["--version"], (0, f"lambda-app {__version__}\n", "")),
        (["hello", "--version"], (0, f"lambda-app {__version__}\n", "")),
        ([""], (2, "", "#/message: string_too_short: String should have at least 1 character")),
        (["\udcff"], (2, "", "#: json_invalid: Invalid JSON: no UTF-8 text")),
        (["raise"], (1, "", "Internal Server Error")),
        (["exit"], (1, "", "Internal Server Error")),
        (["surrogate"], (1, "", "Internal Server Error")),
        (["a", "b"], (2, "", "unrecognized arguments: b")),
        (["--message", "a"], (2, "", "unrecognized arguments: --message")),
        (["--jso", "a"], (2, "", "unrecognized arguments: --jso")),
        (["a", "--x\x1b[31m\n"], (2, "", r"unrecognized arguments: --x\x1b[31m\n")),
        (["--jsonl", "a"], (2, "", "--jsonl takes whole documents from standard input, and no fields")),
    ],
)
def test_a_command_line_has_its_answer_or_one_line_of_error(
    argv: list[str], expected: tuple[int, str, str], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    status, out, error = expected
    assert run(capfdbinary, *argv) == (status, out, f"lambda-app: error: {error}\n" if error else "")


@pytest.mark.parametrize(
    ("argv", "changes"),
    [
        (["tea", "--count", "2"], {"count": 2}),
        (["tea", "--count=1", "--price", "2.50"], {"price": 2.5}),
        (["tea", "--count=1", "--price", "2"], {"price": 2.0}),
        (["tea", "--count=1", "--gift"], {"gift": True}),
        (["tea", "--count=1", "--no-gift"], {"gift": False}),
        (["tea", "--count=1", "--size", "large"], {"size": "large"}),
        (["tea", "--count=1", "--priority", "2"], {"priority": 2}),
        (["tea", "--count=1", "--due", "2026-11-22"], {"due": "2026-11-22"}),
        (["tea", "--count=1", "--paid", "1.10"], {"paid": "1.10"}),
        (["tea", "--count=1", "--tags", "a", "--tags", "1"], {"tags": ["a", "1"]}),
        (["tea", "--count=1", "--numbers", "1", "--numbers", "2"], {"numbers": [1, 2]}),
        (["tea", "--count=1", "--colour", "red"], {"colour": "red"}),
        (["tea", "--count=1", "--unit-of-measure", "box"], {"unit-of-measure": "box"}),
        (["tea", "--count=1", "--extra", '{"a": 1}'], {"extra": {"a": 1}}),
        (["tea", "--count=1", "--note", "123"], {"note": "123"}),
        (["tea", "--count=1", "--no-urgent"], {"urgent": False}),
        (["--count", "9" * 4000, "tea"], {"count": int("9" * 4000)}),
    ],
)
def test_every_field_but_the_message_is_an_option(
    argv: list[str], changes: dict[str, object], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    status, out, error = run(capfdbinary, *argv, endpoint=ORDER)
    assert (status, error) == (0, "")
    assert json.loads(out)["order"] == {**ORDER_DEFAULTS, **changes}


@pytest.mark.parametrize(
    ("argv", "errors"),
    [
        (["tea"], "#/count: missing: Field required"),
        (["tea", "--count", "two"], "#/count: int_type: Input should be a valid integer"),
        (["tea", "--count", "1.5"], "#/count: int_type: Input should be a valid integer"),
        (["tea", "--count", "9" * 5000], "#/count: int_type: Input should be a valid integer"),
        (["tea", "--count", "1", "--price", "NaN"], "#/price: finite_number: Input should be a finite number"),
        (["tea", "--count", "1", "--size", "xl"], "#/size: enum: Input should be 'small' or 'large'"),
        (
            ["", "--count", "0"],
            (
                "#/count: greater_than_equal: Input should be greater than or equal to 1; "
                "#/name: string_too_short: String should have at least 1 character"
            ),
        ),
        (["tea", "--count"], "argument --count: expected one argument"),
        (["tea", "--count", "1", "--gift=yes"], "argument --gift/--no-gift: ignored explicit argument 'yes'"),
    ],
)
def test_an_option_is_refused_as_the_other_doors_refuse_it(
    argv: list[str], errors: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(capfdbinary, *argv, endpoint=ORDER) == (2, "", f"lambda-app: error: {errors}\n")


def test_help_names_every_field_with_its_description(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    status, out, error = run(capfdbinary, "--help", endpoint=ORDER)
    assert (status, error) == (0, "")
    assert "What is ordered. Without it, or with -, standard input is the message." in out
    assert "How many, 100 % of them." in out
    for name in ORDER_DEFAULTS:
        assert f"--{name}" in out or name == "name"


@pytest.mark.parametrize("kind", [int, str])
@pytest.mark.parametrize("name", ["json", "jsonl", "help", "version"])
def test_a_field_that_collides_with_a_built_in_option_is_named(
    name: str, kind: type, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    fields: dict[str, Any] = {"field": (kind, Field(alias=name))}
    model = create_model("Collides", __base__=Document, **fields)
    status, out, error = run(capfdbinary, "--version", "--json", endpoint=Endpoint(lambda _: model(), model, model))
    assert (status, out) == (2, "")
    assert error.startswith(
        f"lambda-app: error: the field '{name}' of the request model collides with another option: "
    )


def test_two_fields_that_are_spelt_alike_are_named(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    fields: dict[str, Any] = {"a_b": (int, 1), "other": (int, Field(1, alias="a-b"))}
    model = create_model("Collides", __base__=Document, **fields)
    status, _, error = run(capfdbinary, "--json", endpoint=Endpoint(lambda _: model(), model, model))
    assert (status, "'a-b'" in error) == (2, True)


class Numbers(Document):
    first: Annotated[int, Field()] = 1


def test_a_model_without_a_string_reads_no_standard_input_and_prints_its_value(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    same = Endpoint(lambda request: request, Numbers, Numbers)
    assert run(capfdbinary, endpoint=same) == (0, "1\n", "")
    assert run(capfdbinary, "--first", "2", endpoint=same) == (0, "2\n", "")


@pytest.mark.parametrize("argv", [[], ["-"]])
@pytest.mark.parametrize(
    ("stdin", "message"),
    [
        (b"hello\n", b"hello"),
        (b"hello", b"hello"),
        (b"hello\n\n", b"hello\n"),
        (b" a\nb ", b" a\nb "),
        ("Grüße\n".encode(), "Grüße".encode()),
        (b"a\0b", b"a\0b"),
    ],
)
def test_without_a_message_standard_input_is_read(argv: list[str], stdin: bytes, message: bytes) -> None:
    ended = terminal(argv, stdin, module="tests.echo")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, message + b"\n", b"")


@pytest.mark.parametrize(
    ("stdin", "error"),
    [
        (b"", "#/message: string_too_short: String should have at least 1 character"),
        (b"\n", "#/message: string_too_short: String should have at least 1 character"),
        (b"x" * 65_537, "#/message: string_too_long: String should have at most 65536 characters"),
        (b"x" * 3_000_000, "The input is larger than 1,048,576 bytes."),
        (b"\xff", "#: json_invalid: Invalid JSON: no UTF-8 text"),
    ],
)
def test_standard_input_that_is_no_message_is_refused(stdin: bytes, error: str) -> None:
    ended = terminal([], stdin, module="tests.echo")
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr.decode() == f"lambda-app: error: {error}\n"


def shell(command: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command line in which `lambda-app` is the terminal door of the tests' own function."""
    command = command.replace("lambda-app", f"{sys.executable} -m tests.echo")
    return subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {command}"],
        env=environment(env),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("command", "status", "out", "error"),
    [
        ("lambda-app hello > /dev/full", 1, "", "the answer cannot be written: No space left on device"),
        ("lambda-app --help > /dev/full", 1, "", "the answer cannot be written: No space left on device"),
        ("lambda-app --version > /dev/full", 1, "", "the answer cannot be written: No space left on device"),
        ("echo '{}' | lambda-app --jsonl > /dev/full", 1, "", "the answer cannot be written: No space left on device"),
        ("lambda-app hello >&-", 1, "", "the answer cannot be written: Bad file descriptor"),
        ("echo '{}' | lambda-app --jsonl >&-", 1, "", "the answer cannot be written: Bad file descriptor"),
        ("lambda-app <&-", 2, "", "standard input cannot be read: Bad file descriptor"),
        ("lambda-app --jsonl <&-", 2, "", "standard input cannot be read: Bad file descriptor"),
        ("lambda-app 0> /dev/null", 2, "", "standard input cannot be read: Bad file descriptor"),
        ("lambda-app hello | true", 0, "", ""),
        ("lambda-app --help | true", 0, "", ""),
        ('yes \'{"message": "a"}\' | lambda-app --jsonl | head -n 1', 141, '{"message":"a"}\n', ""),
        ("lambda-app hello 2>&-", 0, "hello\n", ""),
        ("lambda-app '' 2>&-", 2, "", ""),
        ("lambda-app '' 2> >(true)", 2, "", ""),
        ("lambda-app '' 2> /dev/full", 2, "", ""),
        ('echo \'{"message": "a"}\' | lambda-app --jsonl 2> /dev/full', 0, '{"message":"a"}\n', ""),
        ("lambda-app raise", 1, "", "Internal Server Error"),
        ("lambda-app cancelled", 1, "", "Internal Server Error"),
        ("PYTHONIOENCODING=latin-1 lambda-app 漢", 0, "漢\n", ""),
        ("LC_ALL=C lambda-app 漢", 0, "漢\n", ""),
    ],
)
def test_files_that_are_closed_or_full_end_in_one_line(command: str, status: int, out: str, error: str) -> None:
    ended = shell(command)
    expected = f"lambda-app: error: {error}\n" if error else ""
    assert (ended.stdout, ended.stderr, ended.returncode) == (out, expected, status)


def test_an_interrupt_is_status_130() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.echo"],
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


def test_the_console_script_is_the_same_command() -> None:
    script = os.path.join(os.path.dirname(sys.executable), "lambda-app")  # noqa: PTH118, PTH120 (not resolved)
    ended = subprocess.run([script, "--version"], capture_output=True, check=True)
    assert ended.stdout == terminal(["--version"]).stdout == f"lambda-app {__version__}\n".encode()
