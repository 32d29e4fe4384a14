"""The command: what an argument or standard input is answered with, and one line for all that goes wrong."""

import logging
from collections.abc import Callable

import pytest

from lambda_app import __version__
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.environment import SettingsError
from lambda_app.settings import get_settings
from lambda_app.terminal.command import main
from tests.contract.logs import bare_logging
from tests.terminal import echo
from tests.terminal.tools import Command, Ended, line_of, refused

TOO_SHORT = "message: String should have at least 1 character"
NOT_TEXT = "Invalid JSON: no UTF-8 text"
VERSION = Ended(0, f"lambda-app {__version__}\n", "")


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["hello"], Ended(0, "hello\n", "")),
        (["--json", "hello"], Ended(0, '{"message":"hello"}\n', "")),
        (["--", "--json"], Ended(0, "--json\n", "")),
        (["-5"], Ended(0, "-5\n", "")),
        (["@hello"], Ended(0, "@hello\n", "")),
        (["--version"], VERSION),
        (["hello", "--version"], VERSION),
        ([""], refused(TOO_SHORT)),
        (["\udcff"], refused(NOT_TEXT)),
        (["a", "b"], refused("unrecognized arguments: b")),
        (["--message", "a"], refused("unrecognized arguments: --message")),
        (["--message=a b"], refused("unrecognized arguments: --message=a b")),
        (["-x y"], refused("unrecognized arguments: -x y")),
        (["--", "-x y"], Ended(0, "-x y\n", "")),
        (["-5 degrees"], Ended(0, "-5 degrees\n", "")),
        (["--jso", "a"], refused("unrecognized arguments: --jso; did you mean --json?")),
        (["a", "--traceback=1"], refused("argument --traceback: ignored explicit argument '1'")),
        (["a", "--x\x1b[31m\n"], refused(r"unrecognized arguments: --x\x1b[31m\n")),
        (["--jsonl", "a"], refused("--jsonl takes whole documents from standard input, and no fields")),
        (["--jsonl", "--file=message=a"], refused("--jsonl takes whole documents from standard input, and no fields")),
        (["refuse"], refused(r"Not\nthis one.", 1)),
        (["invalid"], refused("Not that one.")),
        (["run"], Ended(0, "run\n", "")),
        (["SIGINT"], refused("interrupted", 130)),
        (["SIGTERM"], refused("terminated", 143)),
        (["SIGHUP"], refused("hung up", 129)),
        (["KeyboardInterrupt"], refused("interrupted", 130)),
        (["--line-numbers", "a"], refused("--line-numbers goes with --jsonl")),
    ],
)
def test_a_command_line_has_its_answer_or_one_line_of_error(argv: list[str], expected: Ended, run: Command) -> None:
    assert run(*argv) == expected


def test_what_the_function_prints_is_no_part_of_the_answer(run: Command) -> None:
    assert run("print") == Ended(0, "print\n", "printed\n")


@pytest.mark.parametrize(("level", "lines"), [("info", "INFO shop: sold\n"), ("error", "")])
@bare_logging()
def test_what_the_function_logs_is_shown_from_log_level_on(
    level: str, lines: str, run: Command, setting: Callable[[str, str], None]
) -> None:
    def sell(request: echo.EchoRequest) -> echo.EchoResponse:
        logging.getLogger("shop").info("sold")
        return echo.EchoResponse(message=request.message)

    setting("LOG_LEVEL", level)
    assert run("a", endpoint=Endpoint(sell)) == Ended(0, "a\n", lines)


@pytest.mark.parametrize("argv", [[], ["-"]])
@pytest.mark.parametrize(
    ("stdin", "message"),
    [
        (b"hello\n", "hello"),
        (b"hello", "hello"),
        (b"hello\n\n", "hello\n"),
        (b" a\nb ", " a\nb "),
        ("Grüße\n".encode(), "Grüße"),
        (b"a\0b", "a\0b"),
        (b"-\n", "-"),
    ],
)
def test_without_a_message_standard_input_is_read(argv: list[str], stdin: bytes, message: str, run: Command) -> None:
    assert run(*argv, stdin=stdin) == Ended(0, f"{message}\n", "")


@pytest.mark.parametrize(
    ("stdin", "error"),
    [
        (b"", TOO_SHORT),
        (b"\n", TOO_SHORT),
        (b"x" * 65_537, "message: String should have at most 65536 characters"),
        (b"x" * 3_000_000, "The input is larger than 1,048,576 bytes."),
        (b"\xff", NOT_TEXT),
    ],
)
def test_standard_input_that_is_no_message_is_refused(stdin: bytes, error: str, run: Command) -> None:
    assert run(stdin=stdin) == refused(error)


def test_the_size_of_the_input_has_the_limit_of_the_settings(run: Command, setting: Callable[[str, str], None]) -> None:
    setting("MAX_BODY_BYTES", "20")
    assert run("hello") == Ended(0, "hello\n", "")
    assert run("hello, world") == run(stdin=b"hello, world") == refused("The input is larger than 20 bytes.")


def test_a_wrong_setting_is_one_line_and_leaves_help_and_version(
    run: Command, setting: Callable[[str, str], None]
) -> None:
    setting("MAX_BODY_BYTES", "many")
    with pytest.raises(SettingsError, match="MAX_BODY_BYTES") as wrong:
        get_settings()
    assert run("hello") == run("--jsonl") == refused(str(wrong.value), 1)
    assert run("hello", "--version") == VERSION
    assert run("--help").status == 0


def test_endpoints_that_cannot_be_loaded_are_one_line_that_says_why(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def load() -> echo.Loaded:
        raise TypeError("annotate 'request' with a Document")

    error = f"the endpoints cannot be loaded: TypeError in test_command.py, line {line_of(load, 'raise')}: "
    error += "annotate 'request' with a Document"
    assert main(["hello"], load) == 1
    assert capfd.readouterr() == refused(f"{error} (--traceback shows more)")[1:]
    assert main(["hello", "--traceback"], load) == 1
    out, shown = capfd.readouterr()
    assert out == ""
    assert shown.startswith("Traceback (most recent call last):\n")
    assert shown.endswith(f"\nTypeError: annotate 'request' with a Document\nlambda-app: error: {error}\n")


def test_the_version_needs_no_endpoints(capfd: pytest.CaptureFixture[str]) -> None:
    def load() -> echo.Loaded:
        raise AssertionError

    assert main(["--version"], load) == 0
    assert capfd.readouterr() == VERSION[1:]
