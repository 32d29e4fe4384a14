"""Litestar behind Mangum, as both write it."""

from dataclasses import dataclass
from typing import Annotated

from litestar import Litestar, post
from mangum import Mangum
from msgspec import Meta
from process import process


@dataclass
class ProcessRequest:
    """What the function takes."""

    message: Annotated[str, Meta(min_length=1, max_length=65_536)]


@dataclass
class ProcessResponse:
    """What the function answers."""

    message: str


@post("/process", status_code=200)
async def process_message(data: ProcessRequest) -> ProcessResponse:
    """Process a message."""
    return ProcessResponse(message=process(data.message))


handler = Mangum(Litestar([process_message]))
