"""The events of aws_lambda_events, for tests to fill: a test shows only what differs."""

import base64
from typing import Any

from envelopes import put_endpoint, read_event

Event = dict[str, Any]
HTTP = ("rest_api", "http_api_payload_1", "http_api", "function_url", "alb", "alb_multi_value")


def event(name: str, **changes: Any) -> Event:
    """Return an event of aws_lambda_events, with the body of the tests' own function and with members replaced."""
    envelope = read_event(name)
    put_endpoint(envelope, "process")
    if "body" in envelope:
        envelope["body"] = '{"message": "hello"}'
    return {**envelope, **changes}


def http_event(name: str, body: bytes | str | None) -> Event:
    """Return an HTTP event with a body, in base64 where it is not text, as API Gateway writes it."""
    if not isinstance(body, bytes):
        return event(name, body=body)
    try:
        return event(name, body=body.decode())
    except UnicodeDecodeError:
        return event(name, body=base64.b64encode(body).decode(), isBase64Encoded=True)


def get(name: str, path: str, method: str = "GET") -> Event:
    """Return an HTTP event without a body, for another path and method."""
    request = event(name, body=None)
    if "http" in request["requestContext"]:
        request["rawPath"] = path
        request["requestContext"]["http"] |= {"path": path, "method": method}
    else:
        request |= {"path": path, "httpMethod": method}
        if "stage" in request["requestContext"]:
            stage = request["requestContext"]["stage"]
            request["requestContext"]["path"] = path if stage == "$default" else f"/{stage}{path}"
    return request


def sqs(*bodies: object, groups: list[str] | None = None) -> Event:
    """Return an SQS event of these bodies, the messages being called 0, 1, …; with groups, of a FIFO queue."""
    name = "sqs_fifo" if groups else "sqs"
    (template, *_) = event(name)["Records"]
    records = [{**template, "messageId": str(number), "body": body} for number, body in enumerate(bodies)]
    for record, group in zip(records, groups or [], strict=False):
        record["attributes"] = {**record["attributes"], "MessageGroupId": group}
    return {"Records": records}


def kinesis(*bodies: bytes) -> Event:
    """Return a Kinesis event of these bodies, the records being numbered 0, 1, …."""
    (template, *_) = event("kinesis")["Records"]
    return {
        "Records": [
            {
                **template,
                "kinesis": {
                    **template["kinesis"],
                    "sequenceNumber": str(number),
                    "data": base64.b64encode(body).decode(),
                },
            }
            for number, body in enumerate(bodies)
        ]
    }


def sns(*messages: object) -> Event:
    """Return an SNS event of these messages."""
    (template,) = event("sns")["Records"]
    return {"Records": [{**template, "Sns": {**template["Sns"], "Message": message}} for message in messages]}


def failures(*identifiers: object) -> Event:
    """Return the partial batch response that lists these records."""
    return {"batchItemFailures": [{"itemIdentifier": str(identifier)} for identifier in identifiers]}
