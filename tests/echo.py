"""A function and models of the tests' own, shaped like the shipped ones, behind the three doors.

As a process: `uvicorn tests.echo:app`, `awslambdaric tests.echo_lambda.handler`, `python -m tests.echo`.
"""

import asyncio
import time
from typing import Annotated

from pydantic import Field

from lambda_app.app import create_app
from lambda_app.cli import main
from lambda_app.endpoint import Document, Endpoint


class EchoRequest(Document):
    """One message."""

    message: Annotated[str, Field(min_length=1, max_length=65_536)]


class EchoResponse(Document):
    """The same message."""

    message: str


class Broken(Exception):
    """What a function raises that has a bug."""


def echo(request: EchoRequest) -> EchoResponse:
    """Answer a message with itself, except for a few that ask for trouble."""
    match request.message:
        case "raise":
            raise Broken("secret")
        case "exit":
            raise SystemExit("secret")
        case "cancelled":
            raise asyncio.CancelledError("secret")
        case "surrogate":
            return EchoResponse(message="\ud800")
        case "sleep":
            time.sleep(0.5)
        case "outlast":
            time.sleep(20)
    return EchoResponse(message=request.message)


ECHO = Endpoint(echo, EchoRequest, EchoResponse)
app = create_app(ECHO)

if __name__ == "__main__":
    raise SystemExit(main(endpoint=ECHO))
