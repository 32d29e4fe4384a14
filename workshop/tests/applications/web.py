"""HTTP as the applications see it: through the REST door, or as an event of each service that sends HTTP to Lambda."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from starlette.testclient import TestClient

from tests.events import Event, get

JSON = "application/json"
PROBLEM = "application/problem+json"
JSON_LINES = "application/jsonl"


class Request(NamedTuple):
    """A request."""

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = {}
    query: str = ""


class Reply(NamedTuple):
    """An answer; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def document(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


Send = Callable[[Request], Reply]


def through_rest(client: TestClient) -> Send:
    """Return what sends requests to the REST door."""

    def send(request: Request) -> Reply:
        url = f"{request.path}?{request.query}" if request.query else request.path
        answer = client.request(request.method, url, content=request.body, headers=dict(request.headers))
        return Reply(answer.status_code, dict(answer.headers), answer.text)

    return send


def through_event(handler: Callable[[object, object], object], source: str) -> Send:
    """Return what sends requests to a Lambda handler, as a source of HTTP events does."""

    def send(request: Request) -> Reply:
        return reply(handler(http_event(source, request), None))

    return send


def http_event(source: str, request: Request) -> Event:
    """Return a request as the event of a source."""
    event = get(source, request.path, request.method)
    length = {} if request.body is None else {"content-length": str(len(request.body))}
    headers = {"host": "example.com", **length, **{name.lower(): value for name, value in request.headers.items()}}
    many = {name: [value] for name, value in headers.items()}
    query = parse_qs(request.query, keep_blank_values=True)
    if source in {"http_api", "function_url"}:
        event |= {"headers": headers, "rawQueryString": request.query}
        cookies = headers.pop("cookie", None)  # which has a place of its own in payload 2.0
        event |= {"cookies": cookies.split("; ")} if cookies else {}
    elif source == "alb":
        event |= {"headers": headers, "queryStringParameters": dict(pair.split("=") for pair in _pairs(request))}
    elif source == "alb_multi_value":
        event["multiValueHeaders"] = many
        event["multiValueQueryStringParameters"] = {name: [value] for name, value in map(_split, _pairs(request))}
    else:
        event |= {"headers": headers, "multiValueHeaders": many}
        event["queryStringParameters"] = {name: values[-1] for name, values in query.items()} or None
        event["multiValueQueryStringParameters"] = query or None
    return {**event, "body": None if request.body is None else request.body.decode()}


def _pairs(request: Request) -> list[str]:
    # A load balancer passes them on as they are, not decoded (Elastic Load Balancing's user guide, "Lambda functions
    # as targets").
    return request.query.split("&") if request.query else []


def _split(pair: str) -> tuple[str, str]:
    name, _, value = pair.partition("=")
    return name, value


def reply(answer: Any) -> Reply:
    """Return what a source of HTTP events makes of a handler's answer."""
    assert answer["isBase64Encoded"] is False
    many = {name: values[-1] for name, values in (answer.get("multiValueHeaders") or {}).items()}
    headers = {name.lower(): value for name, value in {**(answer.get("headers") or {}), **many}.items()}
    return Reply(answer["statusCode"], headers, answer["body"])
