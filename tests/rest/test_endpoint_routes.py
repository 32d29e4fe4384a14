"""The routes of the endpoints and of health: paths, methods, content types, sizes, refusals."""

import json

import pytest
from starlette.testclient import TestClient

from lambda_app import __version__
from lambda_app.rest import health
from lambda_app.rest.application import Application
from tests.echo import ENDPOINTS
from tests.rest.problems import INTERNAL, JSON, TOO_LARGE, problem

MIB = 1_048_576


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON; charset=utf-8", "application/ld+json", ""]
)
def test_json_by_any_of_its_names_is_taken(content_type: str, rest: TestClient) -> None:
    answer = rest.post("/process", content=b'{"message": "a"}', headers={"content-type": content_type})
    assert (answer.status_code, answer.json()) == (200, {"message": "a"})


def test_no_content_type_at_all_counts_as_json(rest: TestClient) -> None:
    request = rest.build_request("POST", "/process", content=b'{"message": "a"}')
    assert "content-type" not in request.headers
    assert rest.send(request).json() == {"message": "a"}


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "json", "application/jsonl", "text/ld+json"]
)
def test_any_other_content_type_is_415(content_type: str, rest: TestClient) -> None:
    answer = rest.post("/process", content=b'{"message": "a"}', headers={"content-type": content_type})
    detail = "The content type must be application/json."
    assert (answer.status_code, answer.json()) == (415, problem(415, "Unsupported Media Type", detail=detail))
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_above_1_mib_is_413_whether_it_says_so_or_not(rest: TestClient) -> None:
    whole = b'{"message": "a"}'
    assert rest.post("/process", content=whole.ljust(MIB), headers=JSON).status_code == 200
    for body in (whole.ljust(MIB + 1), iter([b" " * 1_000_000] * 2)):
        answer = rest.post("/process", content=body, headers=JSON)
        assert (answer.status_code, answer.json()) == (413, TOO_LARGE)
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/", "/process/", "/health/", "/Process", "/redoc", "/process/batch/"])
def test_an_unknown_path_is_404_without_a_redirect(path: str, rest: TestClient) -> None:
    answer = rest.get(path, follow_redirects=False)
    assert (answer.status_code, answer.json()) == (404, problem(404, "Not Found"))
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", "/process", {"POST"}), ("PUT", "/process/batch", {"POST"}), ("POST", "/health", {"GET", "HEAD"})],
)
def test_a_method_that_a_path_does_not_have_is_405(method: str, path: str, allowed: set[str], rest: TestClient) -> None:
    answer = rest.request(method, path)
    assert (answer.status_code, answer.json()) == (405, problem(405, "Method Not Allowed"))
    assert set(answer.headers["allow"].split(", ")) == allowed


def test_health_tells_the_version(rest: TestClient) -> None:
    answer = rest.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "version": __version__})
    head = rest.head("/health")
    assert (head.status_code, head.headers["content-length"]) == (200, answer.headers["content-length"])


@pytest.mark.parametrize("message", ["raise", "exit", "cancelled", "stop iteration", "surrogate"])
@pytest.mark.parametrize("name", ["process", "async"])
def test_a_failure_of_the_function_is_500_without_detail_and_the_next_request_is_answered(
    name: str, message: str
) -> None:
    with TestClient(Application(ENDPOINTS)) as client:
        answer = client.post(f"/{name}", json={"message": message})
        assert (answer.status_code, answer.json()) == (500, INTERNAL)
        assert client.post(f"/{name}", json={"message": "a"}).json() == {"message": "a"}


def test_a_refusal_of_the_function_is_its_problem_with_its_headers() -> None:
    with TestClient(Application(ENDPOINTS)) as client:
        for name in ENDPOINTS:
            answer = client.post(f"/{name}", json={"message": "refuse"})
            assert (answer.status_code, answer.json()) == (
                409,
                {
                    "type": "https://example.com/unwelcome",
                    "title": "Conflict",
                    "status": 409,
                    "detail": "Not this one.",
                    "seen": 1,
                },
            )
            assert answer.headers["retry-after"] == "7"
            assert answer.headers["content-type"] == "application/problem+json"


def test_every_endpoint_has_a_route_and_a_batch_of_its_name() -> None:
    app = Application(ENDPOINTS)
    app.include_router(health.router)
    own = ["/async", "/async/batch", "/process", "/process/batch"]
    assert sorted(app.openapi()["paths"]) == sorted(["/health", "/ready", *own])
    with TestClient(app) as client:
        for name in ENDPOINTS:
            assert client.post(f"/{name}", json={"message": name}).json() == {"message": name}
            lines = client.post(f"/{name}/batch", content=b'{"message": "a"}\n{}').text.splitlines()
            assert [json.loads(line).get("status") for line in lines] == [None, 422]
