"""The events of aws_lambda_events: the envelope of each, the document in it, and the answer beside it."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

EVENTS = Path(__file__).parent.parent / "aws_lambda_events"

Event = dict[str, Any]


def read_event(name: str) -> Event:
    """Return an event as it stands in its file."""
    event: Event = json.loads((EVENTS / f"{name}.json").read_text())
    return event


def read_answer(name: str) -> Any:  # noqa: ANN401 (any JSON value)
    """Return the answer that stands beside an event."""
    return json.loads((EVENTS / f"{name}.answer.json").read_text())


def http_api(endpoint: str, document: object) -> Event:
    """Return the event of an HTTP API that asks an endpoint."""
    event = read_event("http_api")
    put_endpoint(event, endpoint)
    put_body(event, json.dumps(document))
    return event


def put_endpoint(event: Event, name: str) -> None:
    """Let an HTTP event that asks an endpoint ask the one of that name, on the same stage, with or without a batch."""
    places = [
        (event, "path"),
        (event, "rawPath"),
        (event.get("pathParameters") or {}, "proxy"),
        (event.get("requestContext", {}), "path"),
        (event.get("requestContext", {}).get("http", {}), "path"),
    ]
    for holder, key in places:
        if holder.get(key) and holder[key] != "/health":
            holder[key] = re.sub(r"^(/prod/|/|)[^/]+(/batch)?$", rf"\g<1>{name}\g<2>", holder[key])


def put_body(event: Event, text: str) -> None:
    """Put a body into an HTTP event, or a bare one."""
    event["body"] = base64.b64encode(text.encode()).decode() if event.get("isBase64Encoded") else text
    for headers in (event.get("headers") or {}, event.get("multiValueHeaders") or {}):
        for name in headers:
            if name.lower() == "content-length":
                length = str(len(text.encode()))
                headers[name] = [length] if isinstance(headers[name], list) else length


def put_records(event: Event, texts: Iterable[str]) -> None:
    """Put a text into each record of a queue, a stream or a topic."""
    for record, text in zip(event["Records"], texts, strict=True):
        match record:
            case {"eventSource": "aws:sqs"}:
                md5 = hashlib.md5(text.encode(), usedforsecurity=False)
                record.update(body=text, md5OfBody=md5.hexdigest())
            case {"eventSource": "aws:kinesis"}:
                record["kinesis"]["data"] = base64.b64encode(text.encode()).decode()
            case _:
                record["Sns"]["Message"] = text
