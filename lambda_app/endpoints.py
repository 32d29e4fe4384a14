"""The endpoints: their documents, and the functions between them. Yours to edit, as is `process.py`.

Every door opens to every function in ENDPOINTS, under its name. The first one is the default.
"""

from typing import Annotated

from pydantic import Field

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.life import Resources
from lambda_app.process import process


class ProcessRequest(Document):
    """What `process` takes."""

    message: Annotated[
        str,
        Field(
            min_length=1, max_length=65_536, description="The message to process.", examples=["hello", "hello world"]
        ),
    ]


class ProcessResponse(Document):
    """What `process` answers."""

    message: Annotated[str, Field(description="The processed message.")]


def process_message(request: ProcessRequest) -> ProcessResponse:
    """Process a message."""
    return ProcessResponse(message=process(request.message))


# To keep a connection or a loaded model as long as the process lives, set this to a function that yields it, decorated
# with @contextmanager or @asynccontextmanager. An endpoint function with a second parameter gets what it yields.
resources: Resources | None = None

ENDPOINTS = {"process": Endpoint(process_message)}
