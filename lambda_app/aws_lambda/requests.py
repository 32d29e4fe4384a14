"""HTTP events made ready for Mangum, and the answer to one that cannot be."""

import base64
import os
import re
from functools import cached_property
from typing import Any

from mangum.handlers import ALB, HTTPGateway
from pydantic_core import to_json
from starlette.types import Scope

from lambda_app.contract.problem import MEDIA_TYPE, Problem
from lambda_app.rest.response_headers import SAFE

# Mangum reads a port out of these two headers. It cannot read an IPv6 address, or the two ports of a request that came
# through two proxies. The application needs neither header.
_PATTERNS = {"host": re.compile(r"[^:]*(:[0-9]{1,5})?"), "x-forwarded-port": re.compile(r"[0-9]{1,5}")}


class HttpApi(HTTPGateway):
    """Mangum's handler for HTTP APIs and Function URLs, but it makes the scope of an event once.

    Mangum makes it again for the response, only to look at the event in it.
    """

    @cached_property
    def scope(self) -> Scope:
        """The ASGI scope of the event."""
        return super().scope


class LoadBalancer(ALB):
    """Mangum's handler for load balancers, but it makes the scope once, as HttpApi does."""

    @cached_property
    def scope(self) -> Scope:
        """The ASGI scope of the event."""
        return super().scope


def posted(body: dict[str, Any], path: str) -> dict[str, Any]:
    """Return an HTTP API event that posts a bare body, `{"body": …}`, to a path."""
    http = {"method": "POST", "path": path, "sourceIp": ""}
    headers = {"content-type": "application/json"}
    return {**body, "version": "2.0", "headers": headers, "requestContext": {"http": http}}


def readable(event: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of an HTTP event, less what real clients and proxies send but Mangum raises on."""
    event = {"resource": "/", **event, "headers": _readable_headers(event.get("headers"))}
    if "multiValueHeaders" in event:
        event["multiValueHeaders"] = _readable_headers(event["multiValueHeaders"])
    if not isinstance(event.get("body", ""), str | None):
        event["body"] = to_json(event["body"]).decode()
    return event


def _readable_headers(headers: object) -> dict[str, Any]:
    items = headers.items() if isinstance(headers, dict) else ()
    return {
        name: value
        for name, value in items
        if (isinstance(value, str) and name.lower() not in _PATTERNS) or _is_readable(name, value)
    }


def _is_readable(name: str, value: object) -> bool:
    pattern = _PATTERNS.get(name.lower())
    values = value if isinstance(value, list) else [value]  # a list where it is a multi-value header
    return all(isinstance(text, str) and (pattern is None or pattern.fullmatch(text)) for text in values)


def body_of(event: dict[str, Any]) -> bytes:
    """Return the body of a readable event. Mangum skips what is not base64, so raise ValueError for it here."""
    body = event.get("body") or ""
    return base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()


def unreadable(event: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to an event that cannot be made into a request, in the shape of its source."""
    headers = {"content-type": MEDIA_TYPE, **SAFE, "x-request-id": os.urandom(16).hex()}
    answer = {"statusCode": 400, "body": str(Problem(400, "The event is not a readable HTTP request."))}
    if "multiValueHeaders" in event:
        answer["multiValueHeaders"] = {name: [value] for name, value in headers.items()}
    return {**answer, "headers": headers, "isBase64Encoded": False}


def amend(scope: Scope) -> None:
    """Complete Mangum's scope: the API's stage (`/prod`) becomes the root path, and the method printable text.

    A REST API takes the stage off `path`, and an HTTP API leaves it there (API Gateway's developer guides, "Input
    format of a Lambda function for proxy integration" and "Create AWS Lambda proxy integrations for HTTP APIs"). ASGI
    wants it in both `path` and `root_path`.
    """
    event = scope["aws.event"]
    if "version" not in event and "elb" not in event["requestContext"]:
        # A REST API hands base64 on as it is, unless its `binaryMediaTypes` list what the client accepts (API Gateway's
        # developer guide, "Content type conversions in API Gateway"). So nothing may be compressed for it.
        scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
    # The event may have anything there. Escaped, it is an unknown method, and cannot start another line of the log.
    scope["method"] = ascii(str(scope["method"]))[1:-1]
    stage = event["requestContext"].get("stage")
    if not isinstance(stage, str) or stage == "$default":
        return
    prefix = f"/{stage}"
    if "version" in event:
        if f"{scope['path']}/".startswith(f"{prefix}/"):
            scope["root_path"] = prefix
    elif event["requestContext"].get("path") == f"{prefix}{event['path']}":
        scope["root_path"] = prefix
        scope["path"] = prefix + scope["path"]
