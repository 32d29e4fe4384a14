"""The services whose events carry records: Amazon SQS, Kinesis and SNS."""

import base64
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from lambda_app.aws_lambda.kinds import UnsupportedEvent


class Source(NamedTuple):
    """A service whose events carry request documents, one in each record.

    Each function takes a record, and may raise where the record is not of the service's documented shape.
    """

    identifier: Callable[[Any], object]
    document: Callable[[Any], object]
    # After a failure, the rest of the record's group fails too, so that none overtakes it. None: it stands alone.
    group: Callable[[Any], object] = lambda _: None
    # Whether AWS takes a list of the failed records; if not, it retries the whole event when the function raises.
    reports_failures: bool = True


class Record(NamedTuple):
    """One record of an event: its identifier at AWS, its group, and its request document."""

    identifier: str
    group: str | None
    document: object


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


def read_records(records: object) -> tuple[Source, Sequence[Record]]:
    """Return the one source of an event's records, and the records.

    Raises UnsupportedEvent where the source is unknown, where there are several, and where a record has no identifier.
    A batch whose failures cannot be reported has to fail as a whole, before its first record is processed.
    """
    if not isinstance(records, list) or not records or not all(isinstance(record, dict) for record in records):
        raise UnsupportedEvent("Records that are no list of records")
    names = sorted({_source_name(record) for record in records})
    source = SOURCES.get(names[0])
    if source is None or len(names) > 1:
        raise UnsupportedEvent(f"Records of {', '.join(names)}")
    try:
        return source, [_read(source, record) for record in records]
    except (LookupError, TypeError, AttributeError, UnicodeEncodeError):
        raise UnsupportedEvent(f"malformed Records of {names[0]}") from None


def _source_name(record: dict[str, Any]) -> str:
    name = record.get("eventSource", record.get("EventSource"))
    if isinstance(name, str):
        return name
    return "CloudFront" if "cf" in record else "an unknown source"


def _read(source: Source, record: dict[str, Any]) -> Record:
    identifier, group = source.identifier(record), source.group(record)
    if not isinstance(identifier, str) or not identifier or not isinstance(group, str | None):
        raise TypeError("a record's identifier and group are text")
    identifier.encode()  # the runtime client ends where it cannot encode what is reported
    try:
        document = source.document(record)
    except (LookupError, TypeError, AttributeError, ValueError):
        document = b""  # not JSON, so that the reader refuses a record without readable text
    return Record(identifier, group, document)
