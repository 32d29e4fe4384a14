"""A Lambda handler whose answers are as large as they are told to be."""

import itertools
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from lambda_app.aws_lambda.http_handler import LambdaHandler
from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.problem import Problem
from lambda_app.rest.application import Application


class Times(Document):
    """What is repeated, and how often."""

    text: Annotated[str, Field(max_length=1)] = "a"
    times: int = 1
    refused: bool = False


class Repeated(Document):
    """The repetition."""

    text: str


def repeat(request: Times) -> Repeated:
    """Answer, or refuse, with a text repeated."""
    text = request.text * request.times
    if request.refused:
        raise Problem(409, text)
    return Repeated(text=text)


app = Application({"repeat": Endpoint(repeat)})


@app.get("/whole/{size}")
def whole(size: int) -> Response:
    """Answer with one body of a size."""
    return Response(b"\0" * size, media_type="application/octet-stream")


@app.get("/endless")
def endless() -> StreamingResponse:
    """Answer without an end, from threads."""
    return StreamingResponse(itertools.repeat(b"a" * 65_536), media_type="text/plain")


@app.get("/endless-lines")
async def endless_lines() -> StreamingResponse:
    """Answer without an end, on the event loop."""

    async def lines() -> AsyncIterator[bytes]:
        while True:
            yield b'{"a": "\xc3\xa4"}\n' * 10_000

    return StreamingResponse(lines(), media_type="application/jsonl")


handler = LambdaHandler(app)
