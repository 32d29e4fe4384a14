"""An application whose page is opened: behind uvicorn, and behind `handler.py` in Lambda."""

from typing import Annotated

from fastapi import Depends
from fastapi.responses import RedirectResponse
from fastapi.security import APIKeyHeader
from pydantic import Field

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.rest import health
from lambda_app.rest.application import Application


class Message(Document):
    """One message."""

    message: Annotated[str, Field(min_length=1, description="The message.", examples=["hello", "hällo"])]


def echo(request: Message) -> Message:
    """Answer a message with itself."""
    return request


app = Application({"process": Endpoint(echo)}, title="echo", version="1")
app.include_router(health.router)


@app.get("/", include_in_schema=False)
async def root() -> RedirectResponse:
    """Lead to the page."""
    return RedirectResponse("docs")


@app.get("/secret")
async def secret(key: Annotated[str, Depends(APIKeyHeader(name="x-key"))]) -> str:
    """Answer with the key of the caller."""
    return key
