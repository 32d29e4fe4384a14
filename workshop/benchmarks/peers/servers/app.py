"""FastAPI, as its tutorial writes it, with a health check, for any server. It is slow or lengthy where told to be."""

import time
from typing import Annotated

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field


class ProcessRequest(BaseModel):
    """What the function takes."""

    model_config = ConfigDict(extra="forbid")

    message: Annotated[str, Field(min_length=1, max_length=65_536)]
    seconds: Annotated[float, Field(ge=0, le=60)] = 0
    times: Annotated[int, Field(ge=1, le=16_777_216)] = 1


class ProcessResponse(BaseModel):
    """What the function answers."""

    message: str


app = FastAPI()


@app.get("/health")
async def health() -> dict[str, str]:
    """Say that the application is alive."""
    return {"status": "ok"}


@app.post("/process")
def process_message(request: ProcessRequest) -> ProcessResponse:
    """Process a message in a thread, where it may block."""
    time.sleep(request.seconds)
    return ProcessResponse(message=request.message * request.times)
