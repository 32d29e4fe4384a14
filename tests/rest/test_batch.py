"""The route for many documents."""

import json

import pytest
from starlette.testclient import TestClient

from lambda_app.rest.application import Application
from tests.echo import ENDPOINTS
from tests.rest.problems import TOO_LARGE, TOO_MANY_LINES, problem


@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
def test_a_batch_of_any_other_content_type_is_415(content_type: str, rest: TestClient) -> None:
    answer = rest.post("/process/batch", content=b"{}", headers={"content-type": content_type})
    detail = "The content type must be application/jsonl or application/x-ndjson."
    assert (answer.status_code, answer.json()) == (415, problem(415, "Unsupported Media Type", detail=detail))


@pytest.mark.parametrize("body", [b"\n" * 65_537, b"\n" * 65_536 + b"{}"])
def test_a_batch_of_too_many_lines_is_told_where_to_go(body: bytes, rest: TestClient) -> None:
    answer = rest.post("/process/batch", content=body)
    assert (answer.status_code, answer.json()) == (413, TOO_MANY_LINES)


@pytest.mark.unmeasured
def test_a_batch_of_as_many_lines_as_there_may_be_is_answered(rest: TestClient) -> None:
    assert rest.post("/process/batch", content=b"\n" * 65_536).text.count("\n") == 65_536


def test_a_batch_above_1_mib_is_413(rest: TestClient) -> None:
    answer = rest.post("/process/batch", content=b" " * 1_048_577)
    assert (answer.status_code, answer.json()) == (413, TOO_LARGE)


@pytest.mark.parametrize("name", ENDPOINTS)
@pytest.mark.parametrize(
    ("body", "statuses"),
    [
        (b"", []),
        (b'{"message": "a"}', [200]),
        (b'{"message": "a"}\r\n{"message": "raise"}\n{"message": "refuse"}\n', [200, 500, 409]),
        (b"\n\n", [400, 400]),
        (b'{"message": "exit"}\n{"message": "cancelled"}\n{"message": "stop iteration"}\n', [500, 500, 500]),
        (b'{"message": "a"}\n' * 300, [200] * 300),
    ],
)
def test_a_batch_has_a_line_for_each_line(name: str, body: bytes, statuses: list[int]) -> None:
    with TestClient(Application(ENDPOINTS)) as client:
        answer = client.post(f"/{name}/batch", content=body, headers={"content-type": "application/x-ndjson"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/jsonl")
    assert [json.loads(line).get("status", 200) for line in answer.text.splitlines()] == statuses
