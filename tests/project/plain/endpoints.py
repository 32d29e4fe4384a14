"""An endpoint that takes nothing but a message."""

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.life import Resources


class Message(Document):
    """A message."""

    message: str


def echo(request: Message) -> Message:
    """Answer a message with itself."""
    return request


resources: Resources | None = None

ENDPOINTS = {"process": Endpoint(echo)}
