"""What `make run` and `make examples` make of the doors' answers."""

import json
from subprocess import CompletedProcess
from typing import Any

import pytest
from doors import Doors
from processes import Answer
from requests import Response

HELLO = {"message": "hello"}
NOT_FOUND = {"type": "about:blank", "title": "Not Found", "status": 404}
UNAUTHORIZED = {"type": "about:blank", "title": "Unauthorized", "status": 401}
FAILED = {"type": "about:blank", "title": "Internal Server Error", "status": 500}


def typed(text: str, status: int = 0) -> CompletedProcess[bytes]:
    return CompletedProcess([], status, f"{text}\n".encode(), b"")


def posted(document: Any, status: int = 200) -> Response:
    response = Response()
    response.status_code, response._content = status, json.dumps(document).encode()  # noqa: SLF001 (it has no other way)
    return response


def invoked(document: object) -> Answer:
    return Answer("response", document)


def raised(problem: object) -> Answer:
    return Answer("error", {"errorType": "NoSuchCustomer", "errorMessage": json.dumps(problem)})


def from_http_api(document: object, status: int = 200) -> Answer:
    return Answer("response", {"statusCode": status, "body": json.dumps(document)})


def doors(
    typed: CompletedProcess[bytes], posted: Response, invoked: Answer, http_api: Answer, again: Answer | None = None
) -> Doors:
    return Doors(typed, posted, invoked, again or invoked, http_api)


DISAGREE = "the doors do not agree: "
FAILS = f"the function fails: {json.dumps(FAILED)}"
UNIMPORTABLE = Answer("error", {"errorType": "Runtime.ImportModuleError", "errorMessage": "No module named 'x'"})


@pytest.mark.parametrize(
    ("answers", "complaint"),
    [
        pytest.param(doors(typed("hello"), posted(HELLO), invoked(HELLO), from_http_api(HELLO)), None, id="an answer"),
        pytest.param(
            doors(
                typed('{"a": 1, "b": [2]}'),
                posted({"b": [2], "a": 1}),
                invoked({"a": 1, "b": [2]}),
                from_http_api({"a": 1, "b": [2]}),
            ),
            None,
            id="several fields",
        ),
        pytest.param(
            doors(typed("3"), posted({"id": 2}), invoked({"id": 4}), from_http_api({"id": 6}), invoked({"id": 5})),
            None,
            id="an answer that varies",
        ),
        pytest.param(
            doors(typed("", 1), posted(NOT_FOUND, 404), raised(NOT_FOUND), from_http_api(NOT_FOUND, 404)),
            None,
            id="a refusal",
        ),
        pytest.param(
            doors(typed("hello"), posted(UNAUTHORIZED, 401), invoked(HELLO), from_http_api(UNAUTHORIZED, 401)),
            None,
            id="HTTP asks who calls",
        ),
        pytest.param(
            doors(typed("", 1), posted(FAILED, 500), raised(FAILED), from_http_api(FAILED, 500)),
            FAILS,
            id="a function that fails",
        ),
        pytest.param(
            doors(typed("hello"), posted(HELLO), invoked(HELLO), from_http_api(FAILED, 500)),
            FAILS,
            id="a function that fails over HTTP",
        ),
        pytest.param(
            doors(typed("hello"), posted(HELLO), UNIMPORTABLE, from_http_api(HELLO)),
            "the function fails: \"No module named 'x'\"",
            id="a handler that cannot be imported",
        ),
        pytest.param(
            doors(typed("hello", 1), posted(HELLO), invoked(HELLO), from_http_api(HELLO)),
            f"{DISAGREE}the terminal does not answer as a direct invocation does",
            id="the terminal fails",
        ),
        pytest.param(
            doors(typed("hullo"), posted(HELLO), invoked(HELLO), from_http_api(HELLO)),
            f"{DISAGREE}the terminal does not answer as a direct invocation does",
            id="the terminal answers otherwise",
        ),
        pytest.param(
            doors(typed("hello"), posted(NOT_FOUND, 404), invoked(HELLO), from_http_api(HELLO)),
            f"{DISAGREE}REST does not answer as a direct invocation does",
            id="REST refuses",
        ),
        pytest.param(
            doors(typed("hello"), posted(HELLO), invoked(HELLO), from_http_api({"message": "hullo"})),
            f"{DISAGREE}an HTTP API does not answer as REST does",
            id="an HTTP API answers otherwise",
        ),
        pytest.param(
            doors(typed("hello"), posted(UNAUTHORIZED, 401), invoked(HELLO), from_http_api(HELLO)),
            f"{DISAGREE}an HTTP API does not answer as REST does",
            id="REST alone asks who calls",
        ),
    ],
)
def test_the_doors_agree_or_it_is_said_which_does_not(answers: Doors, complaint: str | None) -> None:
    assert answers.complaint == complaint
