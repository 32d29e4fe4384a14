"""The route for many documents, `POST /NAME/batch`: JSON Lines in, one line out for each."""

import asyncio
from collections.abc import Sequence
from typing import Any

from fastapi import Request, Response
from pydantic_core import to_json

from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.errors import unsupported_media_type
from lambda_app.contract.life import Life, at_once
from lambda_app.contract.problem import InvalidInput, Problem
from lambda_app.rest import threads
from lambda_app.rest.problems import documented, log_failure

MEDIA_TYPES = ("application/jsonl", "application/x-ndjson")
MAX_LINES = 65_536
LINES_AT_ONCE = 128

_DESCRIPTION = "Process JSON Lines: a request document a line in, one line out for each."


class BatchFunction:
    """The function of a batch route, as FastAPI sees it."""

    def __init__(self, endpoint: Endpoint, life: Life) -> None:
        self.endpoint = endpoint
        self.life = life
        self.__name__ = f"{endpoint.function.__name__}_batch"
        self.__doc__ = _DESCRIPTION

    async def __call__(self, request: Request) -> Response:
        """Answer the lines of a request, one by one. Raises InvalidInput where there are too many."""
        essence = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        body = await request.body()
        if essence and essence not in MEDIA_TYPES:
            raise unsupported_media_type(*MEDIA_TYPES)
        lines = body.removesuffix(b"\n").split(b"\n") if body else []
        if len(lines) > MAX_LINES:
            hint = "Larger input belongs to `python -m lambda_app --jsonl`, or to a queue."
            raise InvalidInput(413, f"The batch has more than {MAX_LINES:,} lines. {hint}")
        answers: list[bytes] = []
        for start in range(0, len(lines), LINES_AT_ONCE):
            # Other requests get their turn between two slices.
            answers += await self.answers(lines[start : start + LINES_AT_ONCE])
            await asyncio.sleep(0)
        return Response(b"".join(answers), media_type=MEDIA_TYPES[0])

    async def answers(self, lines: Sequence[bytes]) -> list[bytes]:
        """Return the answers to some lines, in order."""
        if self.endpoint.is_async:
            return [await self.answer(line) for line in lines]
        return await threads.run(lambda: [at_once(self.answer(line)) for line in lines])

    async def answer(self, line: bytes) -> bytes:
        """Return the response or problem document for a line, and a line feed."""
        try:
            return await self.life.answer(self.endpoint, line) + b"\n"
        except Problem as problem:
            log_failure(problem)
            return problem.json() + b"\n"


def batch_options(name: str, endpoint: Endpoint) -> dict[str, Any]:
    """Return what FastAPI's `add_api_route` takes for the batch of an endpoint of a name."""
    lines: dict[str, Any] = {"schema": {"type": "string"}}
    required = {name: field for name, field in endpoint.request.model_fields.items() if field.is_required()}
    if all(field.examples for field in required.values()):
        examples = {field.alias or name: (field.examples or [])[0] for name, field in required.items()}
        lines["example"] = to_json(examples).decode() + "\n"
    answered = {
        "description": "For each line, in order, its response document or its problem document",
        "content": {MEDIA_TYPES[0]: {"schema": {"type": "string"}}},
    }
    return {
        "methods": ["POST"],
        "response_class": Response,
        "tags": [name],
        "summary": _DESCRIPTION,
        "responses": {
            200: answered,
            413: documented("Larger than MAX_BODY_BYTES, or too many lines"),
            415: documented("Another content type", unsupported_media_type(*MEDIA_TYPES)),
        },
        "openapi_extra": {"requestBody": {"required": True, "content": dict.fromkeys(MEDIA_TYPES, lines)}},
    }
