"""A bare handler: the floor that every framework stands on."""

import json
from typing import Any

from process import process

MAX_LENGTH = 65_536


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer an HTTP API event."""
    try:
        message = json.loads(event["body"])["message"]
    except (ValueError, LookupError, TypeError):
        return answer(422, {"detail": "a message is required"})
    if not isinstance(message, str) or not 1 <= len(message) <= MAX_LENGTH:
        return answer(422, {"detail": "the message must be a string of 1 to 65536 characters"})
    return answer(200, {"message": process(message)})


def answer(status: int, document: dict[str, str]) -> dict[str, Any]:
    """Return a response in the shape that API Gateway reads."""
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(document)}
