"""Direct invocations, queues, streams and notifications: the Lambda events that need no HTTP.

`lambda_app.events.handler` is the handler of a Lambda function that serves these alone; it imports no web framework.
"""

import base64
import logging
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from pydantic_core import from_json

from lambda_app.endpoint import ENDPOINT, Endpoint
from lambda_app.problem import Problem, ProcessingFailed
from lambda_app.settings import whole_number

logger = logging.getLogger(__name__)


class UnsupportedEvent(Exception):
    """The event is of a kind that this function does not serve; the message names it, escaped and cut."""

    def __init__(self, what: str) -> None:
        super().__init__(f"This function does not serve {ascii(what)[1:-1][:200]}")


class Source(NamedTuple):
    """A service whose events carry request documents, one a record.

    Each function takes a record, and may raise where the record is not of the service's documented shape.
    """

    identifier: Callable[[Any], object]
    document: Callable[[Any], object]
    # What a record must not overtake: after a failure, the rest of its group fails too. None: it stands alone.
    group: Callable[[Any], object] = lambda _: None
    # Whether AWS takes a list of the failed records; if not, it retries the whole event when the function raises.
    reports_failures: bool = True


def _fifo_group(record: Any) -> object:  # noqa: ANN401 (a decoded JSON value)
    return record["attributes"]["MessageGroupId"] if record["eventSourceARN"].endswith(".fifo") else None


SOURCES = {
    # Using Lambda with Amazon SQS: "Implementing partial batch responses".
    "aws:sqs": Source(
        identifier=lambda record: record["messageId"],
        document=lambda record: record["body"].encode(),
        group=_fifo_group,
    ),
    # Using Lambda with Amazon Kinesis Data Streams: Lambda retries from the lowest sequence number reported.
    "aws:kinesis": Source(
        identifier=lambda record: record["kinesis"]["sequenceNumber"],
        document=lambda record: base64.b64decode(record["kinesis"]["data"], validate=True),
        group=lambda _: "shard",
    ),
    "aws:sns": Source(
        identifier=lambda record: record["Sns"]["MessageId"],
        document=lambda record: record["Sns"]["Message"].encode(),
        reports_failures=False,
    ),
}

# EventBridge sends one event, with the document under `detail`, decoded.
EVENT_BRIDGE = ("detail-type", "detail", "source")

# Events that would otherwise be taken for a direct invocation, by keys that all of their kind have.
UNSUPPORTED = {
    "an API Gateway authorizer": ("methodArn",),
    "an HTTP API authorizer": ("routeArn",),
    "an AppSync resolver": ("arguments", "info"),
    "a CloudFormation custom resource": ("RequestType", "StackId"),
    "CloudWatch Logs": ("awslogs",),
    "a CodePipeline job": ("CodePipeline.job",),
    "a Cognito trigger": ("triggerSource", "userPoolId"),
    "Cognito Sync": ("datasetName", "identityPoolId"),
    "a Config rule": ("invokingEvent",),
    "an Amazon Connect flow": ("Details", "Name"),
    "Firehose or Kinesis Data Analytics": ("invocationId", "records"),
    "Kafka, Amazon MQ or DocumentDB": ("eventSource",),
    "Amazon Lex": ("bot",),
    "an Alexa skill": ("request", "session"),
    "an Alexa smart home skill": ("header", "payload"),
    "S3 Batch Operations": ("invocationSchemaVersion", "tasks"),
    "a Secrets Manager rotation": ("SecretId", "Step"),
    "VPC Lattice": ("raw_path",),
    "HTTP of an unknown source, or without the HTTP door": ("requestContext",),
}


class EventHandler:
    """The Lambda handler of an endpoint, for everything but HTTP.

    Answers a direct invocation, SNS and EventBridge with the response document, and a batch with the identifiers of
    its failed records. Raises InvalidInput, ProcessingFailed, or UnsupportedEvent.

    A batch stops when the time that is left falls to BATCH_MARGIN_MS (1000 milliseconds unless set), or to half of
    what was left at its start where that is less: what has not been processed is reported as failed, for AWS to
    deliver again. The margin has to cover one record.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.margin = whole_number("BATCH_MARGIN_MS", 1000, 0, 900_000)
        names = {field.alias or name for name, field in endpoint.request.model_fields.items()}
        for keys in (("Records",), EVENT_BRIDGE, *UNSUPPORTED.values(), ("body",)):
            if names.issuperset(keys):
                raise TypeError(f"the request model's {' and '.join(keys)} are an AWS event's too: rename a field")

    def __call__(self, event: object, context: object) -> object:
        """Answer an event."""
        if not isinstance(event, dict):
            raise UnsupportedEvent(f"a {type(event).__name__} instead of an object")
        if "Records" in event:
            return self._answer_records(event["Records"], context)
        if all(key in event for key in EVENT_BRIDGE):
            return self._answer(event["detail"])
        for name, keys in UNSUPPORTED.items():
            if all(key in event for key in keys):
                raise UnsupportedEvent(name)
        if "body" in event:
            return self.answer_body(event, context)
        return self._answer(event)

    def answer_body(self, _event: dict[str, Any], _context: object) -> object:
        """Answer `{"body": …}`, which people write by hand: with HTTP, so not here."""
        raise UnsupportedEvent("a bare HTTP body")

    def _answer(self, document: object) -> object:
        try:
            return from_json(self.endpoint.answer(document))
        except ValueError:  # nested deeper than it reads, though a model may answer that
            raise ProcessingFailed from None

    def _answer_records(self, records: object, context: object) -> object:
        if not isinstance(records, list) or not records or not all(isinstance(record, dict) for record in records):
            raise UnsupportedEvent("Records that are no list of records")
        names = {_source(record) for record in records}
        source = SOURCES.get(min(names))
        if source is None or len(names) > 1:
            raise UnsupportedEvent(f"Records of {', '.join(sorted(names))}")
        try:
            keys = [(source.identifier(record), source.group(record)) for record in records]
            groups = {group for _, group in keys}
        except (LookupError, TypeError, AttributeError):
            groups = None
        # Checked before the first record is processed: a batch whose failures cannot be named must fail as a whole.
        if groups is None or not all(identifier and isinstance(identifier, str) for identifier, _ in keys):
            raise UnsupportedEvent(f"malformed Records of {names.pop()}")
        if source.reports_failures:
            return self._answer_batch(source, records, keys, context)
        answers = [self._answer(_document(source, record)) for record in records]
        return answers[0] if len(answers) == 1 else answers

    def _answer_batch(
        self, source: Source, records: Sequence[object], keys: Sequence[tuple[object, object]], context: object
    ) -> object:
        time_left: Callable[[], int] | None = getattr(context, "get_remaining_time_in_millis", None)
        margin = min(self.margin, time_left() / 2) if time_left else 0
        failed: list[object] = []
        failed_groups: set[object] = set()
        for position, (record, (identifier, group)) in enumerate(zip(records, keys, strict=True)):
            if time_left and time_left() <= margin:
                logger.warning("out of time: %d records were not processed", len(keys) - position)
                failed += [key for key, _ in keys[position:]]
                break
            if group in failed_groups:
                failed.append(identifier)
                continue
            try:
                self.endpoint.answer(_document(source, record))
            except Problem as problem:
                logger.warning("record %s failed: %s", identifier, problem.line)
                failed.append(identifier)
                if group is not None:
                    failed_groups.add(group)
        return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}


def _document(source: Source, record: object) -> object:
    try:
        return source.document(record)
    except (LookupError, TypeError, AttributeError, ValueError):
        return b""  # which the reader refuses: what carries no readable text is not JSON


def _source(record: dict[str, Any]) -> str:
    name = record.get("eventSource", record.get("EventSource"))
    return name if isinstance(name, str) else "an unknown source" if "cf" not in record else "CloudFront"


handler = EventHandler(ENDPOINT)
