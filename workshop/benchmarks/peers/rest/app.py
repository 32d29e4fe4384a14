"""FastAPI on uvicorn[standard], as FastAPI's tutorial writes it: once `async def`, once `def`."""

from typing import Annotated

from fastapi import FastAPI
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
    """Process a message on the event loop."""
    return ProcessResponse(message=process(request.message))


@app.post("/process-in-thread")
def process_in_thread(request: ProcessRequest) -> ProcessResponse:
    """Process a message in a thread, where it may block."""
    return ProcessResponse(message=process(request.message))
