"""FastAPI's limit on a body (`max_body_size`): answers a problem where Starlette answers text."""

from starlette.datastructures import Headers
from starlette.middleware.body_limit import MAX_BODY_SIZE_SCOPE_KEY
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lambda_app.contract.errors import too_large
from lambda_app.rest.problems import problem_response

_BODY = b"Content Too Large"


class SizeLimitProblem:
    """ASGI middleware that answers 413 with a problem where Starlette's limit answers with text.

    Starlette does so for a request whose Content-Length is above the limit, whatever the application answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection."""
        held: list[Message] = []

        async def send_problem(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 413:  # noqa: PLR2004 (RFC 9110)
                held.append(message)
                return
            if held and message["type"] == "http.response.body":
                start = held.pop()
                if message.get("body") == _BODY and _is_above_limit(scope):
                    await _send_problem(scope, start, send)
                    return
                await send(start)
            await send(message)

        await self.app(scope, receive, send_problem)


def _is_above_limit(scope: Scope) -> bool:
    length = Headers(scope=scope).get("content-length", "")
    return length.isdecimal() and int(length[:20]) > scope.get(MAX_BODY_SIZE_SCOPE_KEY, float("inf"))


async def _send_problem(scope: Scope, start: Message, send: Send) -> None:
    response = problem_response(too_large(scope[MAX_BODY_SIZE_SCOPE_KEY]))
    others = [pair for pair in start["headers"] if pair[0] not in {b"content-length", b"content-type"}]
    await send({**start, "headers": [*response.raw_headers, *others]})
    await send({"type": "http.response.body", "body": response.body})
