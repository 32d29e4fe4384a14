"""Direct invocations, queues, streams and notifications, without HTTP."""

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, create_model

from lambda_app.endpoint import Document, Endpoint
from lambda_app.events import SOURCES, EventHandler, UnsupportedEvent
from lambda_app.problem import InvalidInput, ProcessingFailed
from tests.echo import ECHO, EchoRequest, EchoResponse
from tests.events import HTTP, Event, event, failures, get, kinesis, sns, sqs

GOOD, BAD, THROWS = '{"message": "a"}', "{}", '{"message": "raise"}'
events = EventHandler(ECHO)


def recording() -> tuple[EventHandler, list[str]]:
    """Return a handler, and the list of the messages that it processes."""
    processed: list[str] = []

    def record(request: EchoRequest) -> EchoResponse:
        if request.message.endswith("!"):
            raise ValueError("secret")
        processed.append(request.message)
        return EchoResponse(message=request.message)

    return EventHandler(Endpoint(record, EchoRequest, EchoResponse)), processed


class Context:
    """A context whose time passes by so much with every look at it."""

    def __init__(self, *milliseconds: int) -> None:
        self.milliseconds = list(milliseconds)

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds.pop(0) if len(self.milliseconds) > 1 else self.milliseconds[0]


def test_a_direct_invocation_is_answered_with_the_response_document() -> None:
    assert events({"message": "hello"}, None) == {"message": "hello"}


@pytest.mark.parametrize("document", [{}, {"messages": "a"}, {"message": 1}])
def test_a_direct_invocation_that_the_model_refuses_raises_the_problem(document: Event) -> None:
    with pytest.raises(InvalidInput) as caught:
        events(document, None)
    assert json.loads(str(caught.value))["status"] == 422


def test_a_direct_invocation_whose_processing_raises_is_told_no_cause() -> None:
    with pytest.raises(ProcessingFailed) as caught:
        events({"message": "raise"}, None)
    assert str(caught.value) == '{"type":"about:blank","title":"Internal Server Error","status":500}'


@pytest.mark.parametrize("value", [None, True, 1, 1.5, "hello", [], [{"message": "a"}], b"{}"])
def test_what_is_no_object_is_named_and_refused(value: object) -> None:
    with pytest.raises(UnsupportedEvent, match=f"a {type(value).__name__} instead of an object"):
        events(value, None)


@pytest.mark.parametrize(
    ("unsupported", "name"),
    [
        (event("s3"), "Records of aws:s3"),
        ({"Records": []}, "Records that are no list of records"),
        ({"Records": None}, "Records that are no list of records"),
        ({"Records": ["a"]}, "Records that are no list of records"),
        ({"Records": [{}]}, "Records of an unknown source"),
        ({"Records": [{"eventSource": ["aws:sqs"]}]}, "Records of an unknown source"),
        ({"Records": [{"eventSource": "\x1b[31m" + "x" * 1000}]}, r"Records of \\x1b\[31mx{181}$"),
        ({"Records": [{"cf": {}}]}, "Records of CloudFront"),
        ({"Records": [*sqs(GOOD)["Records"], *sns(GOOD)["Records"]]}, "Records of aws:sns, aws:sqs"),
        ({"Records": [{"eventSource": "aws:sqs", "body": GOOD}]}, "malformed Records of aws:sqs"),
        ({"Records": [{"eventSource": "aws:kinesis", "kinesis": None}]}, "malformed Records of aws:kinesis"),
        ({"Records": [{**sqs(GOOD)["Records"][0], "messageId": ""}]}, "malformed Records of aws:sqs"),
        ({"Records": [{**sqs(GOOD)["Records"][0], "messageId": 1}]}, "malformed Records of aws:sqs"),
        ({"Records": [{**sqs(GOOD)["Records"][0], "eventSourceARN": None}]}, "malformed Records of aws:sqs"),
        ({"Records": [{**sqs(GOOD, groups=["a"])["Records"][0], "attributes": {}}]}, "malformed Records of aws:sqs"),
        ({"methodArn": "arn", "type": "TOKEN"}, "an API Gateway authorizer"),
        ({"triggerSource": "PreSignUp_SignUp", "userPoolId": "a"}, "a Cognito trigger"),
        ({"RequestType": "Create", "StackId": "arn"}, "a CloudFormation custom resource"),
        ({"raw_path": "/", "body": "{}"}, "VPC Lattice"),
        ({"awslogs": {"data": ""}}, "CloudWatch Logs"),
        ({"body": GOOD}, "a bare HTTP body"),
        *((event(name), "HTTP of an unknown source, or without the HTTP door") for name in HTTP),
    ],
)
def test_an_event_of_another_kind_is_named_and_refused(unsupported: Event, name: str) -> None:
    with pytest.raises(UnsupportedEvent, match=f"^This function does not serve {name}"):
        events(unsupported, None)


def test_one_notification_is_answered_with_its_response_and_several_with_a_list() -> None:
    assert events(sns(GOOD), None) == {"message": "a"}
    assert events(sns(GOOD, '{"message": "b"}'), None) == [{"message": "a"}, {"message": "b"}]
    assert events(event("eventbridge", detail={"message": "a"}), None) == {"message": "a"}


@pytest.mark.parametrize(
    ("notification", "error"),
    [
        (sns(BAD), InvalidInput),
        (sns(None), InvalidInput),
        (sns(GOOD, THROWS), ProcessingFailed),
        (event("eventbridge", detail={}), InvalidInput),
        (event("eventbridge", detail=None), InvalidInput),
        (event("eventbridge", detail={"message": "raise"}), ProcessingFailed),
    ],
)
def test_a_notification_that_fails_raises_for_aws_to_deliver_it_again(
    notification: Event, error: type[Exception]
) -> None:
    with pytest.raises(error):
        events(notification, None)


@pytest.mark.parametrize(
    ("batch", "expected"),
    [
        (sqs(GOOD, GOOD), failures()),
        (sqs(GOOD, BAD, GOOD, THROWS), failures(1, 3)),
        (sqs(BAD, THROWS, "", "no JSON"), failures(0, 1, 2, 3)),
        (sqs(None, 1, {"message": "a"}), failures(0, 1, 2)),
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

    handler = EventHandler(Endpoint(wrong, EchoRequest, EchoResponse))
    assert handler(sqs('{"message": "s3cret"}'), None) == failures(0)
    assert "Input should be a valid string" in caplog.text
    assert "s3cret" not in caplog.text


def test_a_batch_that_nears_the_deadline_gives_back_what_it_has_not_processed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    handler, processed = recording()
    batch = sqs(*(json.dumps({"message": str(number)}) for number in range(5)))
    assert handler(batch, Context(30_000, 30_000, 15_000, 1001, 1000)) == failures(3, 4)
    assert processed == ["0", "1", "2"]
    assert caplog.messages == ["out of time: 2 records were not processed"]


def test_the_margin_is_half_of_the_time_where_there_is_little() -> None:
    handler, processed = recording()
    batch = kinesis(b'{"message": "a"}', b'{"message": "b"}')
    assert handler(batch, Context(800, 700, 400)) == failures(1)
    assert processed == ["a"]


def test_the_margin_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCH_MARGIN_MS", "5000")
    assert EventHandler(ECHO)(sqs(GOOD, GOOD), Context(30_000, 5001, 5000)) == failures(1)


def test_a_batch_without_time_is_given_back_whole() -> None:
    assert events(sqs(GOOD, GOOD), Context(0)) == failures(0, 1)


@pytest.mark.parametrize(
    "names", [("body",), ("Records", "other"), ("requestContext",), ("detail", "detail-type", "source"), ("awslogs",)]
)
def test_a_model_that_cannot_be_told_from_an_event_fails_at_import(names: tuple[str, ...]) -> None:
    fields: dict[str, Any] = {f"field{n}": (str, Field(alias=name)) for n, name in enumerate(names)}
    model = create_model("Collides", __base__=Document, **fields)
    with pytest.raises(TypeError, match=names[0]):
        EventHandler(Endpoint(lambda request: request, model, model))


records = st.lists(
    st.tuples(st.sampled_from(["good", "bad", "throws"]), st.sampled_from(["a", "b", "c"])), min_size=1, max_size=12
)


def batch_of(kinds: list[tuple[str, str]], build: Callable[..., Event], **options: Any) -> Event:  # noqa: ANN401
    bodies = {"good": '{{"message": "{}"}}', "bad": '{{"message": {}}}', "throws": '{{"message": "{}!"}}'}
    return build(*(bodies[kind].format(number) for number, (kind, _) in enumerate(kinds)), **options)


def reported(answer: object) -> list[int]:
    assert isinstance(answer, dict)
    return [int(item["itemIdentifier"]) for item in answer["batchItemFailures"]]


@given(records)
def test_sqs_reports_or_processes_every_record_and_none_both(kinds: list[tuple[str, str]]) -> None:
    handler, processed = recording()
    failed = reported(handler(batch_of(kinds, sqs), None))
    done = [int(message) for message in processed]
    assert sorted(failed + done) == list(range(len(kinds)))
    assert done == [number for number, (kind, _) in enumerate(kinds) if kind == "good"]


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


@given(records)
def test_kinesis_processes_a_prefix_and_reports_the_rest(kinds: list[tuple[str, str]]) -> None:
    handler, processed = recording()
    failed = reported(handler(batch_of(kinds, lambda *bodies: kinesis(*(body.encode() for body in bodies))), None))
    first = next((number for number, (kind, _) in enumerate(kinds) if kind != "good"), len(kinds))
    assert [int(message) for message in processed] == list(range(first))
    assert failed == list(range(first, len(kinds)))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(
    [
        *("message", "Records", "body", "requestContext", "eventSource", "EventSource", "messageId", "kinesis", "Sns"),
        *(
            "detail",
            "detail-type",
            "source",
            "version",
            "httpMethod",
            "path",
            "headers",
            "http",
            "elb",
            "data",
            "method",
        ),
        *(
            "attributes",
            "eventSourceARN",
            "sequenceNumber",
            "multiValueHeaders",
            "isBase64Encoded",
            "stage",
            "resource",
        ),
    ]
)
words = st.sampled_from([*SOURCES, "2.0", "1.0", "POST", "/process", "arn:aws:sqs:::q.fifo", GOOD, "0", "/prod"])
event_values = st.recursive(
    json_values | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys | st.text(), inner, max_size=6),
    max_leaves=20,
)


@given(event_values)
def test_every_json_value_ends_in_an_answer_or_a_named_error(value: object) -> None:
    with suppress(InvalidInput, ProcessingFailed, UnsupportedEvent):
        events(value, None)


def test_a_health_check_by_http_is_none_of_its_business() -> None:
    with pytest.raises(UnsupportedEvent):
        events(get("http_api", "/health"), None)
