"""A Lambda handler that tells in which process it was imported, and in which one its resources were opened."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from lambda_app.aws_lambda.http_handler import LambdaHandler
from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.rest.application import Application

IMPORTED = os.getpid()


class Meeting(Document):
    """A named pipe that two calls meet at: one reads from it, and the other writes to it."""

    pipe: str
    mode: Literal["r", "w"]


class Processes(Document):
    """The processes that took part, by their numbers."""

    imported: int
    opened: int
    called: int


@asynccontextmanager
async def resources() -> AsyncIterator[int]:
    """Tell in which process they are opened."""
    yield os.getpid()


def meet(meeting: Meeting, opened: int) -> Processes:
    """Wait for the other call, and tell the processes."""
    with Path(meeting.pipe).open(meeting.mode):
        return Processes(imported=IMPORTED, opened=opened, called=os.getpid())


handler = LambdaHandler(Application({"meet": Endpoint(meet)}, resources))
