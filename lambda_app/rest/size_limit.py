"""FastAPI's limit of a body (`max_body_size`), whose refusal Starlette writes as text, with a problem in its place."""

from starlette.middleware.body_limit import MAX_BODY_SIZE_SCOPE_KEY
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lambda_app.rest.problems import content_too_large, problem_response

# What Starlette answers for a body that says it is larger than the limit, whatever the application answers.
_START = (413, (b"content-length", b"17"), (b"content-type", b"text/plain; charset=utf-8"))
_BODY = b"Content Too Large"


class SizeLimitProblem:
    """ASGI middleware that answers 413 as a problem where Starlette answers it as text.

    A response of the application is recognised by its whole content, so that another text with status 413 passes.
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
                if message.get("body") == _BODY and MAX_BODY_SIZE_SCOPE_KEY in scope:
                    problem = content_too_large(scope[MAX_BODY_SIZE_SCOPE_KEY])
                    await problem_response(problem)(scope, receive, send)
                    return
                await send(start)
            await send(message)

        await self.app(scope, receive, send_problem)
