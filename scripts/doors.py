"""What every door answered to the same request, and whether they agree."""

import json
from subprocess import CompletedProcess
from typing import Any, NamedTuple

from processes import Answer
from requests import Response
from varying import agrees, steady

OK, INTERNAL_SERVER_ERROR = 200, 500
WHO_ARE_YOU = (401, 403)


class Reply(NamedTuple):
    """An HTTP status, or the one that the same answer would have, and the document: a response or a problem."""

    status: int
    document: Any


class Doors(NamedTuple):
    """What each of them answered. A second direct invocation tells what differs from one call to the next."""

    typed: CompletedProcess[bytes]
    posted: Response
    invoked: Answer
    invoked_again: Answer
    from_http_api: Answer

    @property
    def complaint(self) -> str | None:
        """What is wrong with the answers, or None."""
        first, second = directly(self.invoked), directly(self.invoked_again)
        expected = Reply(first.status, steady(first.document, second.document))
        posted = Reply(self.posted.status_code, decoded(self.posted.text))
        event = self.from_http_api.document
        answered = Reply(event.get("statusCode", INTERNAL_SERVER_ERROR), decoded(event.get("body", "")))
        if failed := [reply for reply in (first, posted, answered) if reply.status >= INTERNAL_SERVER_ERROR]:
            return f"the function fails: {json.dumps(failed[0].document)}"
        if not is_typed(self.typed, expected):
            return "the doors do not agree: the terminal does not answer as a direct invocation does"
        # Over HTTP an application may ask who calls, before it asks the function.
        over_http = posted if posted.status in WHO_ARE_YOU else expected
        if not is_same(over_http, posted):
            return "the doors do not agree: REST does not answer as a direct invocation does"
        if not is_same(over_http, answered):
            return "the doors do not agree: an HTTP API does not answer as REST does"
        return None


def directly(answer: Answer) -> Reply:
    """Return what a direct invocation was answered with. A refusal is an error whose message is the problem."""
    if answer.kind == "response":
        return Reply(OK, answer.document)
    problem = decoded(answer.document["errorMessage"])
    return Reply(problem["status"] if isinstance(problem, dict) else INTERNAL_SERVER_ERROR, problem)


def decoded(text: str) -> Any:  # noqa: ANN401 (any JSON value)
    """Return what a text stands for in JSON, or the text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def is_same(expected: Reply, reply: Reply) -> bool:
    """Tell whether a reply is the expected one."""
    return reply.status == expected.status and agrees(expected.document, reply.document)


def is_typed(typed: CompletedProcess[bytes], expected: Reply) -> bool:
    """Tell whether the terminal printed the expected document, of an only field its value; or has refused as well."""
    if expected.status != OK or typed.returncode:
        return expected.status != OK and typed.returncode != 0
    text = typed.stdout.decode().removesuffix("\n")
    if len(expected.document) != 1:
        return agrees(expected.document, decoded(text))
    (value,) = expected.document.values()
    return agrees(value, text if isinstance(value, str) else decoded(text))
