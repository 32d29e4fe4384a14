"""FastAPI behind Mangum, as both write it."""

from typing import Annotated

from fastapi import FastAPI
from mangum import Mangum
from process import process
from pydantic import BaseModel, Field


class ProcessRequest(BaseModel):
    """What the function takes."""

    message: Annotated[str, Field(min_length=1, max_length=65_536)]


class ProcessResponse(BaseModel):
    """What the function answers."""

    message: str


app = FastAPI()


@app.post("/process")
async def process_message(request: ProcessRequest) -> ProcessResponse:
    """Process a message."""
    return ProcessResponse(message=process(request.message))


handler = Mangum(app)
