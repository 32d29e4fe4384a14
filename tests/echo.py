"""A function and models of the tests' own, shaped like the shipped ones, behind the three doors.

As a process: `uvicorn tests.echo:app`, `awslambdaric tests.echo_lambda.handler`, `python -m tests.echo`.
"""

import asyncio
import sys
import time
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.life import Resources
from lambda_app.contract.problem import Problem
from lambda_app.rest import health
from lambda_app.rest.application import Application


class EchoRequest(Document):
    """One message."""

    message: Annotated[str, Field(min_length=1, max_length=65_536)]


class EchoResponse(Document):
    """The same message."""

    message: str


class Broken(Exception):
    """What a function raises that has a bug."""


class Unwelcome(Problem):
    """The message is not welcome."""

    status = 409
    type = "https://example.com/unwelcome"
    headers = {"retry-after": "7"}  # noqa: RUF012 (as a person writes it)


def echo(request: EchoRequest) -> EchoResponse:
    """Answer a message with itself, except for a few that ask for trouble."""
    match request.message:
        case "raise":
            raise Broken("secret")
        case "refuse":
            raise Unwelcome(detail="Not this one.", members={"seen": 1})
        case "exit":
            raise SystemExit("secret")
        case "cancelled":
            raise asyncio.CancelledError("secret")
        case "stop iteration":
            raise StopIteration("secret")
        case "surrogate":
            return EchoResponse(message="\ud800")
        case "sleep":
            time.sleep(0.5)
        case "outlast":
            time.sleep(20)
    return EchoResponse(message=request.message)


async def echo_async(request: EchoRequest) -> EchoResponse:
    """Answer a message with itself, on the event loop."""
    await asyncio.sleep(0)
    return echo(request)


ECHO = Endpoint(echo, refuses=(Unwelcome,))
ENDPOINTS = {"process": ECHO, "async": Endpoint(echo_async, refuses=(Unwelcome,))}
app = Application({"process": ECHO}, title="echo", version="1")
app.include_router(health.router)


@app.post("/own")
def own(request: EchoRequest) -> EchoResponse:
    """Do the same on a route as a person adds it."""
    return echo(request)


def load() -> tuple[Mapping[str, Endpoint], Resources | None]:
    """Return what the terminal opens to."""
    return {"process": ECHO}, None


if __name__ == "__main__":
    from lambda_app.terminal.command import main

    raise SystemExit(main(sys.argv[1:], load))
