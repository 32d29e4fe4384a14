"""The Lambda door: `lambda_app.aws_lambda.handler` serves HTTP events and all that `lambda_app.events` takes."""

import asyncio
import atexit
import logging
import os
import re
from typing import Any

from fastapi import FastAPI
from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES
from mangum.protocols import LifespanCycle
from pydantic_core import to_json
from starlette.types import Receive, Scope, Send

from lambda_app.app import app
from lambda_app.endpoint import ENDPOINT, Endpoint
from lambda_app.events import EventHandler
from lambda_app.problem import JSON_LINES, MEDIA_TYPE, Problem

logger = logging.getLogger(__name__)

# Mangum reads the port out of these two, and cannot read an IPv6 address, or the two ports of a request that came
# through two proxies. The application needs neither.
_PATTERNS = {"host": re.compile(r"[^:]*(:[0-9]{1,5})?"), "x-forwarded-port": re.compile(r"[0-9]{1,5}")}


POST = {"method": "POST", "path": "/process", "sourceIp": ""}


class LambdaHandler(EventHandler):
    """The Lambda handler of an application: HTTP events and bare bodies go through it, all else as in EventHandler.

    The application starts up here, once per execution environment, on the event loop that serves every invocation.
    """

    def __init__(self, app: FastAPI, endpoint: Endpoint) -> None:
        super().__init__(endpoint)
        self.app = app
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        # RequestLog writes the line of each request; Mangum's would be a second one.
        logging.getLogger("mangum").setLevel(logging.WARNING)
        # With a lifespan of its own, Mangum would start the application up and shut it down in every invocation.
        self.lifespan = LifespanCycle(app, "on")
        self.lifespan.__enter__()
        # Mangum writes in base64 what it does not know for text.
        text = [*DEFAULT_TEXT_MIME_TYPES, MEDIA_TYPE, *JSON_LINES]
        self.mangum = Mangum(self.behind_stage, lifespan="off", text_mime_types=text)

    def __call__(self, event: object, context: object) -> object:
        """Answer an event; raises what EventHandler raises, and nothing for HTTP."""
        if is_http(event):
            return self.answer_http(event, context)
        return super().__call__(event, context)

    def answer_body(self, event: dict[str, Any], context: object) -> object:
        """Answer `{"body": …}` as if it had been posted to the endpoint."""
        post = {"version": "2.0", "headers": {"content-type": "application/json"}, "requestContext": {"http": POST}}
        return self.answer_http({**event, **post}, context)

    def answer_http(self, event: Any, context: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON; Lambda's context)
        """Answer an HTTP event through the application, or with 400 where it cannot be made a request."""
        # Mangum takes the current loop, which an asyncio.run() elsewhere in the process, or another thread, lacks.
        asyncio.set_event_loop(self.loop)
        try:
            return self.mangum(readable(event), context)
        except Exception:  # Mangum answers what the application raises: this is the event's own
            logger.warning("the event cannot be made an HTTP request", exc_info=True)
            headers = {"content-type": MEDIA_TYPE, "x-request-id": os.urandom(16).hex()}
            answer = {"statusCode": 400, "body": str(Problem(400, "The event is not a readable HTTP request."))}
            if "multiValueHeaders" in event:
                answer["multiValueHeaders"] = {name: [value] for name, value in headers.items()}
            return {**answer, "headers": headers, "isBase64Encoded": False}

    async def behind_stage(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application with the stage of the API (`/prod`) as its root path.

        A REST API takes the stage off `path`, an HTTP API leaves it there (API Gateway's developer guides, "Input
        format of a Lambda function for proxy integration" and "Create AWS Lambda proxy integrations for HTTP
        APIs"); ASGI has it in both `path` and `root_path`.
        """
        event = scope["aws.event"]
        stage = event["requestContext"].get("stage")
        if isinstance(stage, str) and stage != "$default":
            prefix = f"/{stage}"
            if "version" in event:
                if f"{scope['path']}/".startswith(f"{prefix}/"):
                    scope["root_path"] = prefix
            elif event["requestContext"].get("path") == f"{prefix}{event['path']}":
                scope["root_path"] = prefix
                scope["path"] = prefix + scope["path"]
        scope["method"] = str(scope["method"])  # whatever the event has there: an unknown method is 405
        scope["state"] = self.lifespan.lifespan_state.copy()
        await self.app(scope, receive, send)

    def close(self) -> None:
        """Shut the application down."""
        asyncio.set_event_loop(self.loop)
        self.lifespan.__exit__(None, None, None)
        asyncio.set_event_loop(None)
        self.loop.close()


def is_http(event: object) -> bool:
    """Tell an event of API Gateway (REST, HTTP), a Function URL or a load balancer from all others."""
    if not isinstance(event, dict) or not isinstance(context := event.get("requestContext"), dict):
        return False
    if "methodArn" in event or "routeArn" in event:  # an authorizer is asked about a request, and is none
        return False
    if event.get("version") == "2.0":
        return isinstance(context.get("http"), dict)
    return "httpMethod" in event


def readable(event: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of an HTTP event without what Mangum would raise on, though real clients and proxies send it."""
    event = {"resource": "/", **event, "headers": _readable_headers(event.get("headers"))}
    if "multiValueHeaders" in event:
        event["multiValueHeaders"] = _readable_headers(event["multiValueHeaders"])
    if not isinstance(event.get("body", ""), str | None):
        event["body"] = to_json(event["body"]).decode()
    return event


def _readable_headers(headers: object) -> dict[str, Any]:
    items = headers.items() if isinstance(headers, dict) else ()
    return {name: value for name, value in items if _is_readable(name, value)}


def _is_readable(name: str, value: object) -> bool:
    pattern = _PATTERNS.get(name.lower())
    if pattern is None and isinstance(value, str):
        return True
    values = value if isinstance(value, list) else [value]  # a list where it is a multi-value header
    return all(isinstance(text, str) and (pattern is None or pattern.fullmatch(text)) for text in values)


handler = LambdaHandler(app, ENDPOINT)
atexit.register(handler.close)
