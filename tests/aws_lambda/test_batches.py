"""The batch contract: SQS, SQS FIFO and Kinesis."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_app.aws_lambda.event_handler import EventHandler
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.life import Life
from lambda_app.contract.problem import Problem
from tests.echo import ECHO, EchoRequest, EchoResponse
from tests.events import Event, failures, kinesis, sqs

GOOD, BAD, THROWS, REFUSED = '{"message": "a"}', "{}", '{"message": "raise"}', '{"message": "refuse"}'
events = EventHandler({"process": ECHO}, Life())


def handler_of(function: Callable[[EchoRequest], EchoResponse]) -> EventHandler:
    return EventHandler({"process": Endpoint(function)}, Life())


def recording() -> tuple[EventHandler, list[str]]:
    """Return a handler, and the list of the messages that it processes."""
    processed: list[str] = []

    def record(request: EchoRequest) -> EchoResponse:
        if request.message.endswith("!"):
            raise ValueError("secret")
        processed.append(request.message)
        return EchoResponse(message=request.message)

    return handler_of(record), processed


class Context:
    """A context whose time passes by so much with every look at it. The first is for the deadline of the function."""

    def __init__(self, *milliseconds: int) -> None:
        self.milliseconds = list(milliseconds)

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds.pop(0) if len(self.milliseconds) > 1 else self.milliseconds[0]


@pytest.mark.parametrize(
    ("batch", "expected"),
    [
        (sqs(GOOD, GOOD), failures()),
        (sqs(GOOD, BAD, GOOD, THROWS, REFUSED), failures(1, 3, 4)),
        (sqs(BAD, THROWS, "", "no JSON"), failures(0, 1, 2, 3)),
        (sqs(None, 1, {"message": "a"}, "\ud800"), failures(0, 1, 2, 3)),
        (sqs(GOOD, BAD, GOOD, GOOD, groups=["a", "a", "a", "b"]), failures(1, 2)),
        (sqs(BAD, GOOD, THROWS, GOOD, groups=["a", "b", "b", "a"]), failures(0, 2, 3)),
        (kinesis(b'{"message": "a"}', b"{}", b'{"message": "a"}'), failures(1, 2)),
        (kinesis(b'{"message": "a"}', b'{"message": "b"}'), failures()),
        (kinesis(b"\xff"), failures(0)),
    ],
)
def test_a_batch_is_answered_with_the_records_that_failed(batch: Event, expected: Event) -> None:
    assert events(batch, None) == expected


@pytest.mark.parametrize("data", ["not base64", "YQ", None, 1, "é"])
def test_a_kinesis_record_that_cannot_be_decoded_has_failed(data: object) -> None:
    batch = kinesis(b"")
    batch["Records"][0]["kinesis"]["data"] = data
    assert events(batch, None) == failures(0)


def test_a_failed_record_is_logged_by_its_identifier_and_error_without_its_content(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    assert events(sqs('{"secret": "s3cret"}'), None) == failures(0)
    assert caplog.messages == [
        "record 0 failed: #/message: missing: Field required; #/secret: extra_forbidden: Extra inputs are not permitted"
    ]


def test_an_answer_that_is_refused_is_logged_without_its_content(caplog: pytest.LogCaptureFixture) -> None:
    def wrong(request: EchoRequest) -> EchoResponse:
        return EchoResponse.model_validate({"message": [request.message]})

    assert handler_of(wrong)(sqs('{"message": "s3cret"}'), None) == failures(0)
    assert "Input should be a valid string" in caplog.text
    assert "s3cret" not in caplog.text


def test_what_a_function_raises_is_logged_with_its_trace(caplog: pytest.LogCaptureFixture) -> None:
    assert events(sqs(THROWS), None) == failures(0)
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == ("ERROR", "record 0 failed: Internal Server Error")
    assert record.exc_text is not None
    assert record.exc_text.endswith("tests.echo.Broken: secret")


def test_no_record_writes_a_line_of_its_own_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def refuse(request: EchoRequest) -> EchoResponse:
        raise Problem(404, f"{request.message} gibt es nicht, wie schön\r\n[ERROR] forged\u2028\x1b[31m")

    batch = sqs(GOOD)
    batch["Records"][0]["messageId"] = "a\n[ERROR] forged\x1b[31m"
    assert handler_of(refuse)(batch, None) == failures("a\n[ERROR] forged\x1b[31m")
    assert caplog.messages == [
        r"record a\n[ERROR] forged\x1b[31m failed: a gibt es nicht, wie schön\r\n[ERROR] forged\u2028\x1b[31m"
    ]


@pytest.mark.parametrize("error", [KeyError("secret"), KeyboardInterrupt(), SystemExit(), GeneratorExit()])
def test_whatever_a_function_raises_fails_its_record_alone(error: BaseException) -> None:
    def fail(request: EchoRequest) -> EchoResponse:
        if request.message == "raise":
            raise error
        return EchoResponse(message=request.message)

    assert handler_of(fail)(sqs(GOOD, THROWS, GOOD), None) == failures(1)


def test_a_batch_that_nears_the_deadline_gives_back_what_it_has_not_processed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    handler, processed = recording()
    batch = sqs(*(json.dumps({"message": str(number)}) for number in range(5)))
    assert handler(batch, Context(30_000, 30_000, 30_000, 15_000, 1001, 1000)) == failures(3, 4)
    assert processed == ["0", "1", "2"]
    assert caplog.messages == ["out of time: 2 records were not processed"]


def test_the_margin_is_half_of_the_time_where_there_is_little() -> None:
    handler, processed = recording()
    batch = kinesis(b'{"message": "a"}', b'{"message": "b"}')
    assert handler(batch, Context(800, 800, 700, 400)) == failures(1)
    assert processed == ["a"]


def test_the_margin_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCH_MARGIN_MS", "5000")
    assert EventHandler({"process": ECHO}, Life())(sqs(GOOD, GOOD), Context(30_000, 30_000, 5001, 5000)) == failures(1)


def test_a_batch_without_time_is_given_back_whole() -> None:
    assert events(sqs(GOOD, GOOD), Context(0)) == failures(0, 1)


records = st.lists(
    st.tuples(st.sampled_from(["good", "bad", "throws"]), st.sampled_from(["a", "b", "c"])), min_size=1, max_size=12
)


def batch_of(kinds: list[tuple[str, str]], build: Callable[..., Event], **options: Any) -> Event:
    bodies = {"good": '{{"message": "{}"}}', "bad": '{{"message": {}}}', "throws": '{{"message": "{}!"}}'}
    return build(*(bodies[kind].format(number) for number, (kind, _) in enumerate(kinds)), **options)


def reported(answer: object) -> list[int]:
    assert isinstance(answer, dict)
    return [int(item["itemIdentifier"]) for item in answer["batchItemFailures"]]


@pytest.mark.unmeasured
@given(records)
def test_sqs_reports_or_processes_every_record_and_none_both(kinds: list[tuple[str, str]]) -> None:
    handler, processed = recording()
    failed = reported(handler(batch_of(kinds, sqs), None))
    done = [int(message) for message in processed]
    assert sorted(failed + done) == list(range(len(kinds)))
    assert done == [number for number, (kind, _) in enumerate(kinds) if kind == "good"]


@pytest.mark.unmeasured
@given(records)
def test_fifo_processes_nothing_of_a_group_after_its_first_failure(kinds: list[tuple[str, str]]) -> None:
    handler, processed = recording()
    failed = reported(handler(batch_of(kinds, sqs, groups=[group for _, group in kinds]), None))
    done = [int(message) for message in processed]
    assert sorted(failed + done) == list(range(len(kinds)))
    for name in "abc":
        group = [number for number, (_, own) in enumerate(kinds) if own == name]
        broken = [number for number in group if kinds[number][0] != "good"]
        first = broken[0] if broken else len(kinds)
        assert [number for number in done if number in group] == [number for number in group if number < first]


@pytest.mark.unmeasured
@given(records)
def test_kinesis_processes_a_prefix_and_reports_the_rest(kinds: list[tuple[str, str]]) -> None:
    handler, processed = recording()
    failed = reported(handler(batch_of(kinds, lambda *bodies: kinesis(*(body.encode() for body in bodies))), None))
    first = next((number for number, (kind, _) in enumerate(kinds) if kind != "good"), len(kinds))
    assert [int(message) for message in processed] == list(range(first))
    assert failed == list(range(first, len(kinds)))
