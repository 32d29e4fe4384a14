"""A function that gives every kind of trouble; as a command: `python -m tests.terminal.echo`."""

import asyncio
import json
import signal
import sys
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.life import Resources
from lambda_app.contract.problem import InvalidInput, Problem
from lambda_app.terminal.command import main

Loaded = tuple[Mapping[str, Endpoint], Resources | None]


class EchoRequest(Document):
    """One message."""

    message: Annotated[str, Field(min_length=1, max_length=65_536)]


class EchoResponse(Document):
    """The same message."""

    message: str


class Broken(Exception):
    """What a function raises that has a bug."""


class Unwelcome(Problem):
    """A message that is not welcome."""

    status = 409


def echo(request: EchoRequest) -> EchoResponse:
    """Answer a message with itself."""
    match request.message:
        case "raise":
            raise Broken("secret \x1b[31m")
        case "parse":
            json.loads("{")
        case "evaluate":
            eval("1 / 0")  # noqa: S307 (what it evaluates is a constant)
        case "exit":
            raise SystemExit("secret")
        case "cancelled":
            raise asyncio.CancelledError("secret")
        case "surrogate":
            return EchoResponse(message="\ud800")
        case "refuse":
            raise Unwelcome(detail="Not\nthis one.")
        case "invalid":
            raise InvalidInput(422, "Not that one.")
        case "print":
            print("printed")  # noqa: T201 (as people do)
        case "run":
            asyncio.run(asyncio.sleep(0))
        case "interrupt":
            signal.raise_signal(signal.SIGINT)
        case "interrupt twice":
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
    return EchoResponse(message=request.message)


ECHO = Endpoint(echo)


def load() -> Loaded:
    """Return what the terminal opens to."""
    return {"echo": ECHO}, None


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:], load))
