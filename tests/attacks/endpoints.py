"""An endpoint that answers a message with itself, slowly or at length where the message says so."""

import time
from typing import Annotated

from pydantic import Field

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.life import Resources


class Request(Document):
    """A message, and what to do before it is answered."""

    message: Annotated[str, Field(min_length=1, max_length=65_536)]
    seconds: Annotated[float, Field(ge=0, le=60, description="Seconds to sleep.")] = 0
    times: Annotated[int, Field(ge=1, le=16_777_216, description="Times to repeat the message.")] = 1


class Response(Document):
    """The message."""

    message: str


def echo(request: Request) -> Response:
    """Answer a message with itself."""
    time.sleep(request.seconds)
    return Response(message=request.message * request.times)


resources: Resources | None = None

ENDPOINTS = {"process": Endpoint(echo)}
