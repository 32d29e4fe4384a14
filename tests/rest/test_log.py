"""The REST server's log: what sets it up, and what a line looks like."""

import json
import logging
import sys
from logging.config import dictConfig
from typing import Any

import pytest
from uvicorn.config import LOGGING_CONFIG

from lambda_app.rest import log
from lambda_app.rest.log_format import JsonFormatter, TextFormatter
from lambda_app.rest.log_handler import LogHandler
from lambda_app.rest.request_log import REQUEST_ID
from lambda_app.settings import get_settings
from tests.contract.logs import bare_logging

ROOT = logging.getLogger()
UVICORN = logging.getLogger("uvicorn")


def formatter() -> logging.Formatter | None:
    """Return how the log is written once it is set up."""
    log.set_up()
    (handler,) = ROOT.handlers
    assert isinstance(handler, LogHandler)
    return handler.formatter


def line(record: logging.LogRecord) -> dict[str, Any]:
    """Return what the JSON formatter makes of a record."""
    made: dict[str, Any] = json.loads(JsonFormatter().format(record))
    return made


def record(message: str = "done", **attributes: object) -> logging.LogRecord:
    """Return a record as logging makes it."""
    level = {"levelno": logging.INFO, "levelname": "INFO"}
    return logging.makeLogRecord({"name": "a", "msg": message, "created": 0.25, "msecs": 250.0, **level, **attributes})


@pytest.mark.parametrize(
    ("variables", "is_terminal", "expected"),
    [
        ({}, True, TextFormatter),
        ({}, False, JsonFormatter),
        ({"LOG_FORMAT": "json"}, True, JsonFormatter),
        ({"LOG_FORMAT": "text"}, False, TextFormatter),
    ],
)
@bare_logging()
def test_the_log_is_text_on_a_terminal_and_json_elsewhere_unless_a_setting_says_otherwise(
    variables: dict[str, str], is_terminal: object, expected: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    assert type(formatter()) is expected


@pytest.mark.parametrize(("level", "expected"), [("", "INFO"), ("debug", "DEBUG"), ("WARNING", "WARNING")])
@bare_logging()
def test_log_level_is_the_lowest_level_that_is_logged(
    level: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_LEVEL", level)
    log.set_up()
    assert logging.getLevelName(ROOT.level) == expected
    assert log.config()["root"]["level"] == expected


@bare_logging()
def test_logging_that_is_set_up_is_left_alone() -> None:
    ROOT.addHandler(handler := logging.NullHandler())
    log.set_up()
    assert ROOT.handlers == [handler]


@bare_logging()
def test_in_lambda_logging_is_left_to_the_runtime_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    log.set_up()
    assert ROOT.handlers == []


@bare_logging()
def test_the_server_gives_uvicorn_the_same_log() -> None:
    dictConfig(log.config())
    assert type(formatter()) is JsonFormatter


@pytest.mark.parametrize(("format_", "is_adopted"), [("json", True), ("text", False)])
@bare_logging()
def test_a_log_in_json_takes_the_lines_of_uvicorns_own_command_in(
    format_: str, is_adopted: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_FORMAT", format_)
    own = logging.StreamHandler()
    own.setFormatter(logging.Formatter.__new__(_uvicorn_formatter()))
    UVICORN.handlers, UVICORN.propagate = [own], False
    log.set_up()
    assert (UVICORN.handlers, UVICORN.propagate) == (([], True) if is_adopted else ([own], False))


def _uvicorn_formatter() -> type[logging.Formatter]:
    module, _, name = LOGGING_CONFIG["formatters"]["default"]["()"].rpartition(".")
    found: type[logging.Formatter] = getattr(sys.modules[module], name)
    return found


@bare_logging()
def test_handlers_that_uvicorn_was_told_of_are_left_alone() -> None:
    own = logging.StreamHandler()
    UVICORN.handlers, UVICORN.propagate = [own], False
    log.set_up()
    assert (UVICORN.handlers, UVICORN.propagate) == ([own], False)


def test_a_line_of_text_has_the_time_that_logging_gives_it_by_default_and_the_request_id() -> None:
    text = TextFormatter()
    for created, msecs in ((0.0, 0.0), (0.25, 250.0), (1.999, 999.0)):
        made = record(created=created, msecs=msecs)
        assert text.format(made) == f"{logging.Formatter('%(asctime)s').format(made)} INFO - a: done"
    token = REQUEST_ID.set("the-id")
    assert text.format(record()).endswith(" INFO the-id a: done")
    REQUEST_ID.reset(token)


def test_a_line_of_json_has_its_time_in_utc_its_request_and_what_it_was_given() -> None:
    token = REQUEST_ID.set("the-id")
    made = line(record("%d done", args=(2,), status=200, duration=0.123, color_message="red"))
    REQUEST_ID.reset(token)
    assert made == {
        "timestamp": "1970-01-01T00:00:00.250Z",
        "level": "INFO",
        "logger": "a",
        "message": "2 done",
        "requestId": "the-id",
        "door": "rest",
        "status": 200,
        "duration": 0.123,
    }


def test_a_line_of_json_has_a_trace_in_the_fields_of_lambdas_log() -> None:
    try:
        try:
            {}["first"]  # type: ignore[index] # (an error is what it is for)
        except KeyError as error:
            raise ValueError("second") from error
    except ValueError:
        made = line(record(exc_info=sys.exc_info(), pathname="a.py", funcName="run", lineno=7))
    trace = made.pop("stackTrace")
    assert made == {
        "timestamp": "1970-01-01T00:00:00.250Z",
        "level": "INFO",
        "logger": "a",
        "message": "done",
        "door": "rest",
        "errorType": "ValueError",
        "errorMessage": "second",
        "location": "a.py:run:7",
    }
    assert (trace[0], trace[-1]) == ("Traceback (most recent call last):", "ValueError: second")
    assert "KeyError: 'first'" in trace


def test_a_line_of_json_is_a_line_whatever_is_in_it() -> None:
    nothing = (None, None, None)
    made = line(record("a\n\ud800", exc_info=nothing, stack_info="Stack:\n  here", number=float("inf"), thing=object))
    assert made["message"] == "a\n\ud800"
    assert made["stack_info"] == ["Stack:", "  here"]
    assert "errorType" not in made
    assert line(record(number=float("inf"), thing=ValueError("what")))["thing"] == "what"


def test_a_record_that_is_an_object_gives_its_members() -> None:
    made = line(logging.makeLogRecord({"msg": {"event": "sold", "price": 7}}))
    assert (made["event"], made["price"], made["message"]) == ("sold", 7, "")


def test_a_wrong_level_or_format_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "loud")
    monkeypatch.setenv("LOG_FORMAT", "xml")
    with pytest.raises(
        ValueError, match=r"^LOG_LEVEL must be 'debug', .* or 'critical'; LOG_FORMAT must be 'json' or 'text'$"
    ):
        get_settings()
