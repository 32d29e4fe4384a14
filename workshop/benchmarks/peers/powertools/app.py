"""Powertools for AWS Lambda, its HTTP API resolver with validation, as its documentation writes it."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from process import process
from pydantic import BaseModel, Field


class ProcessRequest(BaseModel):
    """What the function takes."""

    message: Annotated[str, Field(min_length=1, max_length=65_536)]


class ProcessResponse(BaseModel):
    """What the function answers."""

    message: str


app = APIGatewayHttpResolver(enable_validation=True)


@app.post("/process")
def process_message(request: ProcessRequest) -> ProcessResponse:
    """Process a message."""
    return ProcessResponse(message=process(request.message))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 (Lambda's own)
    """Answer an HTTP API event."""
    return app.resolve(event, context)
