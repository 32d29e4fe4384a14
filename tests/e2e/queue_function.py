"""A function of the tests' own, with its models: in the image, it writes down in `/deliveries` what it was given.

It stays as it is when the application's function and models change; the way to it is the application's.
"""

import os
import time
from pathlib import Path

from lambda_app.aws_lambda.event_handler import EventHandler
from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.life import Life

# A folder of the host: it outlives every container, and all of them share it.
DELIVERIES = Path("/deliveries")


class QueueRequest(Document):
    """A message: its number, and what to do with it."""

    message: str


class QueueResponse(Document):
    """The number of a message."""

    number: str


def process(request: QueueRequest) -> QueueResponse:
    """Do as the second word of a message says."""
    number, wish, *_ = request.message.split()
    if wish == "raise" or (wish == "raise-once" and is_first(number)):
        write_down(f"raised {request.message}")
        raise RuntimeError("as it was told")
    if wish == "pause-once" and is_first(number):
        (DELIVERIES / f"paused.{os.uname().nodename}").touch()
        time.sleep(60)  # in which the emulator is killed
    write_down(f"processed {request.message}")
    return QueueResponse(number=number)


def is_first(number: str) -> bool:
    """Tell whether this is the first delivery of a message, to any container."""
    try:
        (DELIVERIES / f"first.{number}").touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def write_down(line: str) -> None:
    """Append a line to the list, in one piece however many containers write."""
    with (DELIVERIES / "list").open("a") as file:
        file.write(f"{line}\n")


ENDPOINT = Endpoint(process)
handler = EventHandler({"process": ENDPOINT}, Life())
