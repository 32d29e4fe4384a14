"""Starlette behind Mangum, as both write it."""

from json import JSONDecodeError

from mangum import Mangum
from process import process
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

MAX_LENGTH = 65_536


async def process_message(request: Request) -> JSONResponse:
    """Process a message."""
    try:
        message = (await request.json())["message"]
    except (JSONDecodeError, LookupError, TypeError):
        return JSONResponse({"detail": "a message is required"}, 422)
    if not isinstance(message, str) or not 1 <= len(message) <= MAX_LENGTH:
        return JSONResponse({"detail": "the message must be a string of 1 to 65536 characters"}, 422)
    return JSONResponse({"message": process(message)})


handler = Mangum(Starlette(routes=[Route("/process", process_message, methods=["POST"])]))
