"""Events for `worker.counting_handler`, each with its answer."""

import json
import random
from collections.abc import Iterable
from typing import Any

from tests.events import event, sqs


def asked(numbers: Iterable[int]) -> list[tuple[Any, Any]]:
    """Return HTTP events for the `def` and for the `async def`, batches and direct invocations, in any order."""
    each = [
        pair
        for number in numbers
        for pair in (posted("/half", number), posted("/half-async", number), queued(number), direct(number))
    ]
    return random.sample(each, len(each))


def posted(path: str, number: int) -> tuple[Any, Any]:
    """Return an HTTP event, and the status and the document of its answer."""
    request = event("http_api", rawPath=path, body=json.dumps({"number": number}))
    request["requestContext"]["http"]["path"] = path
    return request, (409, {"detail": "It is odd."}) if number % 2 else (200, {"number": number // 2})


def queued(number: int) -> tuple[Any, Any]:
    """Return a queue's batch and its answer, which names the odd numbers."""
    numbers = range(number, number + 3)
    failed = [{"itemIdentifier": str(place)} for place, each in enumerate(numbers) if each % 2]
    return sqs(*(json.dumps({"number": each}) for each in numbers)), {"batchItemFailures": failed}


def direct(number: int) -> tuple[Any, Any]:
    """Return a direct invocation, and its answer."""
    return {"number": 2 * number}, {"number": number}


def told(answer: Any) -> Any:
    """Return what an answer says: of HTTP the status, and the document or the detail of its problem."""
    if "statusCode" not in answer:
        return answer
    document = json.loads(answer["body"])
    return answer["statusCode"], {"detail": document["detail"]} if "detail" in document else document
