"""The application: routes, problems, request ids, threads."""

import asyncio
import json
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from examples import dump
from fastapi import FastAPI, HTTPException
from processes import ROOT
from pydantic import BaseModel
from starlette.responses import StreamingResponse
from starlette.testclient import TestClient
from starlette.types import Message

from lambda_app import __version__
from lambda_app.app import app as shipped
from lambda_app.app import configure_logging, create_app
from lambda_app.endpoint import MAX_BYTES, Document, Endpoint
from tests.echo import ECHO

JSON = {"content-type": "application/json"}


def problem(status: int, title: str, **members: object) -> dict[str, object]:
    return {"type": "about:blank", "title": title, "status": status, **members}


TOO_LARGE = problem(413, "Content Too Large", detail="The input is larger than 1,048,576 bytes.")


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
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "json", "application/jsonl"]
)
def test_any_other_content_type_is_415(content_type: str, rest: TestClient) -> None:
    answer = rest.post("/process", content=b'{"message": "a"}', headers={"content-type": content_type})
    detail = "The content type must be application/json."
    assert (answer.status_code, answer.json()) == (415, problem(415, "Unsupported Media Type", detail=detail))
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
def test_a_batch_of_any_other_content_type_is_415(content_type: str, rest: TestClient) -> None:
    answer = rest.post("/process/batch", content=b"{}", headers={"content-type": content_type})
    detail = "The content type must be application/jsonl or application/x-ndjson."
    assert (answer.status_code, answer.json()) == (415, problem(415, "Unsupported Media Type", detail=detail))


def test_a_body_above_1_mib_is_413(rest: TestClient) -> None:
    body = b'{"message": "a"}'.ljust(MAX_BYTES + 1)
    answer = rest.post("/process", content=body, headers=JSON)
    assert (answer.status_code, answer.json()) == (413, TOO_LARGE)


def test_a_body_above_1_mib_that_does_not_say_so_is_413(rest: TestClient) -> None:
    answer = rest.post("/process", content=iter([b" " * 1_000_000] * 2), headers=JSON)
    assert (answer.status_code, answer.json()) == (413, TOO_LARGE)


def test_a_batch_that_is_too_large_is_told_where_to_go(rest: TestClient) -> None:
    for body in (b"\n" * 65_537, b" " * (MAX_BYTES + 1)):
        answer = rest.post("/process/batch", content=body)
        assert answer.status_code == 413
        assert answer.json()["detail"].endswith(
            " Larger input belongs to `python -m lambda_app --jsonl`, or to a queue."
        )


@pytest.mark.parametrize(
    ("body", "statuses"),
    [
        (b"", []),
        (b'{"message": "a"}', [200]),
        (b'{"message": "a"}\r\n{"message": "raise"}\n', [200, 500]),
        (b"\n\n", [400, 400]),
        (b'{"message": "a"}\n' * 300, [200] * 300),
    ],
)
def test_a_batch_has_a_line_for_each_line(body: bytes, statuses: list[int], rest: TestClient) -> None:
    answer = rest.post("/process/batch", content=body, headers={"content-type": "application/x-ndjson"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/jsonl")
    assert [json.loads(line).get("status", 200) for line in answer.text.splitlines()] == statuses


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
    assert rest.head("/health").status_code == 200


def test_a_failure_of_the_function_is_500_without_detail(rest: TestClient) -> None:
    answer = rest.post("/process", content=b'{"message": "raise"}', headers=JSON)
    assert (answer.status_code, answer.json()) == (500, problem(500, "Internal Server Error"))


@pytest.mark.parametrize("request_id", ["abc-123", "Root=1-67891233-abcdef012345678912345678", "x" * 128])
def test_a_sane_request_id_is_answered(request_id: str, rest: TestClient) -> None:
    assert rest.get("/health", headers={"x-request-id": request_id}).headers["x-request-id"] == request_id


@pytest.mark.parametrize("request_id", [b"", b"a b", b"x" * 129, b"a\tb", "ü".encode()])
def test_any_other_request_id_is_replaced(request_id: bytes, rest: TestClient) -> None:
    for path in ("/health", "/nowhere"):
        answered = rest.get(path, headers=[(b"x-request-id", request_id)]).headers["x-request-id"]
        assert re.fullmatch("[0-9a-f]{32}", answered)


def test_openapi_names_every_problem_and_field(rest: TestClient) -> None:
    document = rest.get("/openapi.json").json()
    assert sorted(document["paths"]) == ["/health", "/process", "/process/batch"]
    post = document["paths"]["/process"]["post"]
    assert sorted(post["responses"]) == ["200", "400", "413", "415", "422", "500"]
    assert post["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/EchoRequest"}
    assert sorted(document["components"]["schemas"]) == [
        *("EchoRequest", "EchoResponse", "Health", "ProblemDocument", "ProblemError")
    ]
    assert sorted(document["paths"]["/process/batch"]["post"]["responses"]) == ["200", "413", "415"]
    references = set(re.findall(r'"\$ref": "#/components/schemas/(\w+)"', json.dumps(document)))
    assert references == set(document["components"]["schemas"])
    for operations in document["paths"].values():
        for operation in operations.values():
            assert operation["description"]


def test_the_openapi_document_of_the_repository_is_the_application_s() -> None:
    assert (ROOT / "openapi.json").read_text() == dump(shipped.openapi())


def test_the_docs_find_the_openapi_document(rest: TestClient) -> None:
    answer = rest.get("/docs")
    assert answer.status_code == 200
    assert "url: '/openapi.json'" in answer.text


class Item(BaseModel):
    number: int


@pytest.fixture
def extended() -> Iterator[TestClient]:
    """Return a client of an application to which a person has added routes."""
    app = create_app(ECHO)

    @app.get("/refuse/{status}")
    async def refuse(status: int, detail: str | None = None) -> None:
        raise HTTPException(status, detail, headers={"retry-after": "1"})

    @app.post("/items")
    async def items(item: Item) -> Item:
        return item

    @app.get("/broken")
    async def broken() -> None:
        raise ValueError("secret")

    @app.get("/half")
    async def half() -> StreamingResponse:
        async def parts() -> Any:  # noqa: ANN401 (an asynchronous generator)
            yield b"half"
            raise ValueError("secret")

        return StreamingResponse(parts())

    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/refuse/503", problem(503, "Service Unavailable")),
        ("/refuse/403", problem(403, "Forbidden")),
        ("/refuse/413", problem(413, "Content Too Large")),
        ("/refuse/403?detail=Not+yours.", problem(403, "Forbidden", detail="Not yours.")),
        ("/refuse/599?detail=Odd.", problem(599, "Error", detail="Odd.")),
    ],
)
def test_an_http_exception_of_a_route_of_one_s_own_is_a_problem(
    path: str, expected: dict[str, object], extended: TestClient
) -> None:
    answer = extended.get(path)
    assert answer.json() == expected
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "1"


def test_what_fastapi_refuses_on_a_route_of_one_s_own_is_a_problem(extended: TestClient) -> None:
    answer = extended.post("/items", json={"number": "secret"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "pointer": "#/body/number",
            "code": "int_parsing",
            "detail": "Input should be a valid integer, unable to parse string as an integer",
        }
    ]


def test_an_unexpected_error_is_logged_and_answered_500(extended: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    answer = extended.get("/broken")
    assert (answer.status_code, answer.json()) == (500, problem(500, "Internal Server Error"))
    assert answer.headers["x-request-id"]
    assert "ValueError: secret" in caplog.text


def test_an_error_in_the_middle_of_an_answer_breaks_it_off(caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(ECHO)

    @app.get("/half")
    async def half() -> StreamingResponse:
        async def parts() -> Any:  # noqa: ANN401 (an asynchronous generator)
            yield b"half"
            raise ValueError("secret")

        return StreamingResponse(parts())

    with TestClient(app) as client, pytest.raises(ValueError, match="secret"):
        client.get("/half")
    assert "unexpected error" in caplog.text


async def open_connection(
    app: FastAPI, kind: str, messages: list[Message], headers: tuple[tuple[bytes, bytes], ...] = ()
) -> list[Message]:
    """Run the application as a server does, and return what it sends."""
    sent: list[Message] = []
    scope = {"type": kind, "method": "POST", "path": "/process", "headers": headers, "query_string": b"", "asgi": {}}

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


def test_a_client_that_goes_away_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    asyncio.run(open_connection(create_app(ECHO), "http", [{"type": "http.disconnect"}]))
    assert [record.levelname for record in caplog.records if record.name == "lambda_app.app"] == ["INFO"]


@pytest.mark.parametrize(("length", "status"), [(b"many", 200), (b"9" * 5000, 413), (b"\xb2", 200), (b"-1", 200)])
def test_a_content_length_that_is_no_length_does_no_harm(length: bytes, status: int) -> None:
    messages: list[Message] = [{"type": "http.request", "body": b'{"message": "a"}'}]
    start, _ = asyncio.run(open_connection(create_app(ECHO), "http", messages, ((b"content-length", length),)))
    assert start["status"] == status


def test_a_websocket_is_refused() -> None:
    sent = asyncio.run(open_connection(create_app(ECHO), "websocket", [{"type": "websocket.connect"}]))
    assert [message["type"] for message in sent] == ["websocket.close"]


class Nothing(Document):
    pass


class Thread(Document):
    name: str


def thread_name(_: Nothing) -> Thread:
    logging.getLogger("process").warning("at work")
    return Thread(name=threading.current_thread().name)


@pytest.mark.parametrize(("threads", "expected"), [("2", "process_0"), ("", "process_0"), ("0", None)])
def test_the_function_runs_in_threads_unless_there_are_none(
    threads: str, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROCESS_THREADS", threads)
    with TestClient(create_app(Endpoint(thread_name, Nothing, Thread))) as client:
        name = client.post("/process", json={}).json()["name"]
    assert name == expected if expected else not name.startswith("process")


@pytest.mark.parametrize("threads", ["-1", "many", "1001", "1.5", "²"])
def test_a_number_of_threads_that_is_none_stops_the_start(threads: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROCESS_THREADS", threads)
    message = "PROCESS_THREADS must be a whole number from 0 to 1000"
    with pytest.raises(ValueError, match=message), TestClient(create_app(ECHO)):
        pass


@contextmanager
def bare_logging() -> Iterator[None]:
    """Take the handlers of pytest off the root logger, which has none in a fresh process."""
    root = logging.getLogger()
    handlers, root.handlers, level = root.handlers, [], root.level
    try:
        yield
    finally:
        root.handlers, root.level = handlers, level


def test_every_line_of_a_request_has_its_id(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROCESS_THREADS", "1")
    with bare_logging(), TestClient(create_app(Endpoint(thread_name, Nothing, Thread))) as client:
        client.post("/process", json={}, headers={"x-request-id": "the-id"})
        client.get("/no%0awhere", headers={"x-request-id": "another"})
    lines = [line.split(" ", 2)[2] for line in capsys.readouterr().err.splitlines()]
    assert [re.sub(r"\d+\.\d ms", "0.1 ms", line) for line in lines if "httpx" not in line] == [
        "WARNING the-id process: at work",
        "INFO the-id lambda_app.app: POST /process 200 0.1 ms",
        "INFO another lambda_app.app: GET /no%0awhere 404 0.1 ms",
    ]


def test_a_request_is_not_logged_where_nobody_wants_its_line(
    rest: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "lambda_app.app")
    assert rest.get("/health").status_code == 200
    assert [record.name for record in caplog.records if record.name == "lambda_app.app"] == []


def test_logging_that_is_set_up_is_left_alone() -> None:
    with bare_logging():
        root = logging.getLogger()
        root.addHandler(handler := logging.NullHandler())
        configure_logging()
        assert root.handlers == [handler]
