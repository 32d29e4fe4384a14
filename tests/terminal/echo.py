"""A function that gives every kind of trouble; as a command: `python -m tests.terminal.echo`."""

import asyncio
import json
import os
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


def raise_signals(message: str) -> None:
    """Raise the signals that a message names."""
    for name in message.split():
        if name in {"SIGHUP", "SIGINT", "SIGTERM"}:
            signal.raise_signal(getattr(signal, name))


def terminated_child() -> int:
    """Return how a process ends that is forked and then terminated, as multiprocessing does to its workers."""
    if not (child := os.fork()):
        signal.raise_signal(signal.SIGTERM)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def echo(request: EchoRequest) -> EchoResponse:
    """Answer a message with itself."""
    raise_signals(request.message)
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
        case "KeyboardInterrupt":
            raise KeyboardInterrupt
        case "fork":
            return EchoResponse(message=str(terminated_child()))
    return EchoResponse(message=request.message)


ECHO = Endpoint(echo)


def load() -> Loaded:
    """Return what the terminal opens to."""
    return {"echo": ECHO}, None


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:], load))
