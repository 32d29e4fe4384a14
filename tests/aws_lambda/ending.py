"""A Lambda handler that tells when its resources are closed, and how a process ends that its function forks."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from lambda_app.aws_lambda.http_handler import LambdaHandler
from lambda_app.aws_lambda.termination import close_at_end
from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.rest.application import Application


class Nothing(Document):
    """Nothing."""


class Ended(Document):
    """The signal that has ended a process."""

    signal: int


@asynccontextmanager
async def resources() -> AsyncIterator[None]:
    """Tell when they are closed."""
    yield
    await asyncio.sleep(0)
    sys.stderr.write("closed\n")


def fork(_: Nothing) -> Ended:
    """Fork a process, and terminate it."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, b"I am there")
        signal.pause()
    os.read(reading, 1)
    os.kill(child, signal.SIGTERM)
    return Ended(signal=os.WTERMSIG(os.waitpid(child, 0)[1]))


handler = LambdaHandler(Application({"fork": Endpoint(fork)}, resources))
close_at_end(handler.close)
