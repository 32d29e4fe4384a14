"""The log in Lambda: what is added to the lines of AWS's runtime client, and the line of an event without HTTP."""

import json
import logging
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import pytest
from awslambdaric.lambda_runtime_log_utils import JsonFormatter

from lambda_app.aws_lambda import log
from lambda_app.aws_lambda.event_handler import EventHandler
from lambda_app.aws_lambda.kinds import UnsupportedEvent
from lambda_app.contract.life import Life
from lambda_app.contract.problem import Problem, ProcessingFailed
from tests.echo import ECHO, Unwelcome
from tests.events import kinesis, sqs

REQUEST_ID = ContextVar("request_id", default="-")


@pytest.fixture
def in_lambda(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a test set up the log as in Lambda, and put back what it has changed."""
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    monkeypatch.delenv("AWS_LAMBDA_LOG_LEVEL", raising=False)
    level = logging.getLogger().level
    yield
    logging.getLogger().setLevel(level)


def line() -> dict[str, Any]:
    """Return what the runtime client writes of a new record."""
    made: dict[str, Any] = json.loads(
        JsonFormatter().format(logging.getLogger("a").makeRecord("a", logging.INFO, "a.py", 1, "done", (), None))
    )
    return {name: made[name] for name in made if name not in ("timestamp", "taskName")}


@pytest.mark.usefixtures("in_lambda")
def test_every_line_names_the_door_and_the_id_of_the_http_request() -> None:
    log.set_up(REQUEST_ID)
    assert line() == {"level": "INFO", "logger": "a", "message": "done", "door": "lambda"}
    token = REQUEST_ID.set("the-id")
    assert line() == {"level": "INFO", "logger": "a", "message": "done", "door": "lambda", "xRequestId": "the-id"}
    REQUEST_ID.reset(token)


@pytest.mark.usefixtures("in_lambda")
@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, logging.WARNING),
        ({"LOG_LEVEL": "debug"}, logging.DEBUG),
        ({"LOG_LEVEL": "debug", "AWS_LAMBDA_LOG_LEVEL": "ERROR"}, logging.WARNING),
    ],
)
def test_log_level_holds_unless_aws_applies_a_level_of_its_own(
    variables: dict[str, str], expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    logging.getLogger().setLevel(logging.WARNING)
    EventHandler({"process": ECHO}, Life())
    assert logging.getLogger().level == expected


def test_outside_of_lambda_nothing_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "debug")
    factory, level = logging.getLogRecordFactory(), logging.getLogger().level
    log.set_up()
    assert (logging.getLogRecordFactory(), logging.getLogger().level) == (factory, level)


def fields(record: logging.LogRecord) -> tuple[str, dict[str, Any]]:
    """Return the message of a line without its duration, and its fields."""
    message, duration, unit = record.getMessage().rsplit(" ", 2)
    given = {name: getattr(record, name) for name in ("endpoint", "status", "errorCode") if hasattr(record, name)}
    assert (f"{record.__dict__['duration']:.1f}", unit) == (duration, "ms")
    return message, given


@pytest.mark.parametrize(
    ("event", "error", "message", "given"),
    [
        ({"message": "a"}, None, "direct 200", {"status": 200}),
        ({"mess": "a"}, Problem, "direct 422", {"status": 422, "errorCode": "InvalidInput"}),
        ({"message": "refuse"}, Unwelcome, "direct 409", {"status": 409, "errorCode": "https://example.com/unwelcome"}),
        ({"message": "raise"}, ProcessingFailed, "direct 500", {"status": 500, "errorCode": "ProcessingFailed"}),
        ({"body": "{}"}, UnsupportedEvent, "body 500", {"status": 500, "errorCode": "UnsupportedEvent"}),
        (sqs('{"message": "a"}'), None, "records 200", {"status": 200}),
        (kinesis(b"{}"), None, "records 200", {"status": 200}),
    ],
)
def test_an_event_without_http_is_one_line(
    event: Any,
    error: type[Exception] | None,
    message: str,
    given: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    handler = EventHandler({"process": ECHO}, Life())
    caplog.set_level(logging.INFO)
    if error is None:
        handler(event, None)
    else:
        with pytest.raises(error):
            handler(event, None)
    (record,) = [record for record in caplog.records if record.name == log.__name__]
    assert fields(record) == (message, {"endpoint": "process", **given})


def test_a_record_that_fails_is_a_line_with_its_code(caplog: pytest.LogCaptureFixture) -> None:
    EventHandler({"process": ECHO}, Life())(sqs("{}", '{"message": "refuse"}'), None)
    names = ("recordId", "errorCode")
    assert [(record.getMessage(), *(record.__dict__[name] for name in names)) for record in caplog.records] == [
        ("record 0 failed: #/message: missing: Field required", "0", "InvalidInput"),
        ("record 1 failed: Not this one.", "1", "https://example.com/unwelcome"),
    ]
