"""Lambda handlers that tell in which process they were imported, and what the workers of a function share."""

import gc
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

# Before the imports below, which a worker shares with the others where these modules are here already.
SHARED = sorted({"fastapi", "lambda_app.aws_lambda.http_handler", "lambda_app.rest.health"} & set(sys.modules))

from lambda_app.aws_lambda.http_handler import LambdaHandler  # noqa: E402
from lambda_app.contract.document import Document  # noqa: E402
from lambda_app.contract.endpoint import Endpoint  # noqa: E402
from lambda_app.contract.problem import Problem  # noqa: E402
from lambda_app.rest.application import Application  # noqa: E402

IMPORTED = os.getpid()


class Meeting(Document):
    """A named pipe that two calls meet at: one reads from it, and the other writes to it."""

    pipe: str
    mode: Literal["r", "w"]


class Processes(Document):
    """The processes that took part, by their numbers, and what is the worker's own and what is not."""

    imported: int
    opened: int
    called: int
    number: float
    shared: list[str]
    is_frozen: bool


@asynccontextmanager
async def resources() -> AsyncIterator[int]:
    """Tell in which process they are opened."""
    yield os.getpid()


def meet(meeting: Meeting, opened: int) -> Processes:
    """Wait for the other call, and tell the processes."""
    with Path(meeting.pipe).open(meeting.mode):
        return Processes(
            imported=IMPORTED,
            opened=opened,
            called=os.getpid(),
            number=random.random(),  # noqa: S311 (what a function would draw)
            shared=SHARED,
            is_frozen=gc.get_freeze_count() > 0,
        )


class Number(Document):
    """A number."""

    number: int


class Odd(Problem):
    """The number is odd."""

    status = 409


def half(request: Number) -> Number:
    """Halve a number, or refuse it."""
    if request.number % 2:
        raise Odd(detail="It is odd.")
    return Number(number=request.number // 2)


async def half_async(request: Number) -> Number:
    """Do the same on the event loop."""
    return half(request)


def end(number: Number) -> Number:
    """End the worker with a signal of this number."""
    os.kill(os.getpid(), signal.Signals(number.number))
    return number


handler = LambdaHandler(Application({"meet": Endpoint(meet)}, resources))
counting_handler = LambdaHandler(Application({"half": Endpoint(half), "half-async": Endpoint(half_async)}, resources))
ending_handler = LambdaHandler(Application({"end": Endpoint(end)}, resources))
