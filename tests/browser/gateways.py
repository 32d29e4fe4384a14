"""What stands between a browser and the application: a proxy that takes a prefix off, and stand-ins of API Gateway."""

import base64
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import requests
from processes import LambdaRuntime

from tests.events import Event, get

PREFIX = "/prod"


class Request(NamedTuple):
    """What a browser asks."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Reply(NamedTuple):
    """What it is answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@contextmanager
def served(answer: Callable[[Request], Reply]) -> Iterator[str]:
    """Serve a function below PREFIX, and yield the address of that. All else is answered 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            reply = Reply(404, {}, b"")
            if self.path.startswith(f"{PREFIX}/"):
                reply = answer(Request(self.command, self.path, dict(self.headers), body))
            self.send_response_only(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        do_POST = do_GET  # noqa: N815 (the standard library's name)

        def log_message(self, *_: object) -> None:
            """Say nothing: the tests look at what the browser says."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_address[1]}{PREFIX}"
        server.shutdown()


def proxy(url: str) -> Callable[[Request], Reply]:
    """Return a proxy that takes PREFIX off and tells nobody."""

    def answer(request: Request) -> Reply:
        target = f"{url}{request.path.removeprefix(PREFIX)}"
        found = requests.request(
            request.method, target, headers=request.headers, data=request.body, timeout=30, allow_redirects=False
        )
        # `requests` has decompressed the body.
        left_out = {"content-encoding", "content-length"}
        headers = {name: value for name, value in found.headers.items() if name not in left_out}
        return Reply(found.status_code, headers, found.content)

    return answer


def api_gateway(name: str, runtime: LambdaRuntime) -> Callable[[Request], Reply]:
    """Return an API of a kind, `http_api` or `rest_api`, with a stage, in front of a Lambda function."""
    one_at_a_time = threading.Lock()

    def answer(request: Request) -> Reply:
        event = _event(name, request)
        with one_at_a_time:
            found = runtime.invoke(event).document
        is_decoded = found["isBase64Encoded"] and name == "http_api"  # a REST API has to be told of binary types
        body = base64.b64decode(found["body"]) if is_decoded else found["body"].encode()
        return Reply(found["statusCode"], found["headers"], body)

    return answer


def _event(name: str, request: Request) -> Event:
    path, _, query = request.path.partition("?")
    event = get(name, path if name == "http_api" else path.removeprefix(PREFIX), request.method)
    event["requestContext"] |= {"stage": PREFIX[1:], "path": path}
    headers = {key.lower(): value for key, value in request.headers.items()}
    changes: dict[str, Any] = {"headers": headers, "body": request.body.decode() or None, "isBase64Encoded": False}
    if name == "http_api":
        return {**event, **changes, "rawQueryString": query}
    lists = {key: [value] for key, value in headers.items()}
    queries = {query: [""]} if query else None
    return {**event, **changes, "multiValueHeaders": lists, "multiValueQueryStringParameters": queries}
