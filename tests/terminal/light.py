"""Functions that import nothing but what an endpoint takes."""

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint


class Message(Document):
    """A message."""

    message: str


def same(request: Message) -> Message:
    """Answer with the request."""
    return request


async def same_async(request: Message) -> Message:
    """Answer with the request."""
    return request


ENDPOINTS = {"same": Endpoint(same), "async": Endpoint(same_async)}
