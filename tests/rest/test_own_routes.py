"""Routes that a person adds: their errors are problems, and what FastAPI documents keeps its meaning."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Annotated, Any

import pytest
from fastapi import Cookie, FastAPI, Header, HTTPException, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel
from starlette.responses import StreamingResponse
from starlette.testclient import TestClient

from lambda_app.contract.problem import Problem
from lambda_app.rest.application import Application
from tests.echo import ECHO
from tests.rest.problems import INTERNAL, JSON, problem


class Item(BaseModel):
    number: int


class Teapot(Exception):
    pass


def extended() -> Application:
    """Return an application to which a person has added routes."""
    app = Application({"process": ECHO}, title="extended", version="1")

    @app.get("/refuse/{status}")
    async def refuse(status: int, detail: str | None = None) -> None:
        raise HTTPException(status, detail, headers={"retry-after": "1"})

    @app.get("/members")
    def members() -> None:
        raise HTTPException(404, {"what": "customer", "number": 17, "odd": "\ud800"})

    @app.get("/problem")
    def own_problem() -> None:
        raise Problem(429, "Slow down.", type="https://example.com/slow", headers={"retry-after": "3"})

    @app.post("/items")
    async def items(item: Item) -> Item:
        return item

    @app.get("/parameters/{number}")
    async def parameters(
        number: int,
        limit: Annotated[int, Query(le=9)],
        x_key: Annotated[int, Header()],
        c: Annotated[int, Cookie()],
    ) -> None:
        pass

    @app.get("/broken")
    async def broken() -> None:
        raise ValueError("secret")

    @app.get("/exit")
    async def leave() -> None:
        raise SystemExit("secret")

    @app.get("/response")
    async def response() -> Item:
        return {"number": "secret"}  # type: ignore[return-value]  # (the mistake that is tested)

    @app.get("/items")
    async def stream() -> AsyncIterator[Item]:
        yield {"number": "secret"}  # type: ignore[misc]  # (the mistake that is tested)

    @app.get("/half")
    async def half() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"half"
            raise ValueError("secret")

        return StreamingResponse(parts())

    @app.get("/text")
    async def text(size: int = 0) -> PlainTextResponse:
        return PlainTextResponse("Content Too Large" if size else "too large", 413, {"x-mine": "1"})

    @app.post("/large", max_body_size=2_000_000)
    async def large(request: Request) -> int:
        return len(await request.body())

    @app.post("/small", max_body_size=3)
    async def small(request: Request) -> int:
        return len(await request.body())

    @app.get("/teapot")
    async def teapot() -> None:
        raise Teapot

    @app.exception_handler(Teapot)
    async def on_teapot(_: Request, __: Teapot) -> JSONResponse:
        return JSONResponse({"short": "stout"}, 418)

    return app


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(extended()) as opened:
        yield opened


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
def test_an_http_exception_is_a_problem(path: str, expected: dict[str, object], client: TestClient) -> None:
    answer = client.get(path)
    assert answer.json() == expected
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize("status", [204, 304])
def test_an_http_exception_that_is_no_error_has_no_body(status: int, client: TestClient) -> None:
    answer = client.get(f"/refuse/{status}")
    assert (answer.status_code, answer.content, answer.headers["retry-after"]) == (status, b"", "1")


def test_what_an_http_exception_carries_becomes_members_of_the_problem(client: TestClient) -> None:
    expected = problem(404, "Not Found", what="customer", number=17, odd="\ud800")
    assert client.get("/members").json() == expected


def test_a_problem_is_answered_with_its_headers(client: TestClient) -> None:
    answer = client.get("/problem")
    expected = {**problem(429, "Too Many Requests", detail="Slow down."), "type": "https://example.com/slow"}
    assert (answer.status_code, answer.json(), answer.headers["retry-after"]) == (429, expected, "3")


def test_what_fastapi_refuses_is_a_problem(client: TestClient) -> None:
    answer = client.post("/items", json={"number": "secret"})
    detail = "Input should be a valid integer, unable to parse string as an integer"
    assert (answer.status_code, answer.json()) == (
        422,
        problem(
            422,
            "Unprocessable Content",
            detail="The document is not what the request model asks for.",
            errors=[{"pointer": "#/number", "code": "int_parsing", "detail": detail}],
        ),
    )


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b'{"number": 1}', "text/plain", 415),
        (b"null", "application/json", 422),
        (b'{"number": "\\ud800"}', "application/json", 422),
        (b'{"number": NaN}', "application/json", 422),
        (b" " * 2_000_000, "application/json", 413),
    ],
)
def test_a_body_is_refused_with_the_status_of_every_other_door(
    content: bytes, content_type: str, status: int, client: TestClient
) -> None:
    answer = client.post("/items", content=content, headers={"content-type": content_type})
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_not_in_the_body_is_named_as_what_it_is(client: TestClient) -> None:
    answer = client.get("/parameters/a", params={"limit": "10"}, headers={"x-key": "b"})
    places = [
        {name: error[name] for name in error if name not in {"code", "detail"}} for error in answer.json()["errors"]
    ]
    assert places == [{"parameter": "number"}, {"parameter": "limit"}, {"header": "x-key"}, {"cookie": "c"}]


@pytest.mark.parametrize("path", ["/broken", "/exit"])
def test_an_error_that_nobody_handles_is_500_and_logged_with_its_trace(
    path: str, client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()) == (500, INTERNAL)
    assert answer.headers["x-request-id"]
    assert "secret" in caplog.text
    assert "Traceback" in caplog.text


def test_a_response_that_the_route_does_not_promise_is_logged_without_its_content(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/response")
    assert (answer.status_code, answer.json()) == (500, INTERNAL)
    assert [record.message for record in caplog.records if record.levelno == logging.ERROR] == [
        "the response of GET /response is not what it promises: #/number: int_parsing"
    ]


def test_a_streamed_item_that_the_route_does_not_promise_is_logged_without_its_content(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with TestClient(extended()) as client, suppress(Exception):
        client.get("/items")
    assert "the response of GET /items is not what it promises" in caplog.text
    assert "secret" not in caplog.text


def test_an_error_in_the_middle_of_an_answer_breaks_it_off(caplog: pytest.LogCaptureFixture) -> None:
    with TestClient(extended()) as client, pytest.raises(ValueError, match="secret"):
        client.get("/half")
    assert "unexpected error" in caplog.text


def test_a_response_of_a_person_s_own_is_sent_as_it_is(client: TestClient) -> None:
    answer = client.get("/text")
    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (
        413,
        "too large",
        "text/plain; charset=utf-8",
    )
    same = client.get("/text", params={"size": 1})
    assert (same.text, same.headers["x-mine"]) == ("Content Too Large", "1")
    assert client.get("/teapot").json() == {"short": "stout"}


@pytest.mark.parametrize(("path", "limit"), [("/large", 2_000_000), ("/small", 3), ("/items", 1_048_576)])
def test_a_route_may_take_more_or_less_than_the_others(path: str, limit: int, client: TestClient) -> None:
    expected = problem(413, "Content Too Large", detail=f"The input is larger than {limit:,} bytes.")
    for body in (b" " * (limit + 1), iter([b" " * limit, b" "])):
        answer = client.post(path, content=body, headers=JSON)
        assert (answer.status_code, answer.json()) == (413, expected)
        assert answer.headers["content-type"] == "application/problem+json"
    if path != "/items":
        assert client.post(path, content=b" " * limit, headers=JSON).json() == limit


def test_the_limit_of_every_body_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_BODY_BYTES", "20")
    with TestClient(extended()) as client:
        assert client.post("/process", content=b'{"message": "a"}').status_code == 200
        assert client.post("/process", content=b'{"message": "abcdef"}').status_code == 413
        assert client.post("/process/batch", content=b" " * 21).status_code == 413
        assert client.post("/small", content=b" " * 4).json()["detail"] == "The input is larger than 3 bytes."


def test_the_application_may_be_told_a_limit_as_fastapi_documents() -> None:
    with TestClient(Application({"process": ECHO}, max_body_size=20)) as client:
        answer = client.post("/process", content=b'{"message": "abcdef"}')
    assert answer.json() == problem(413, "Content Too Large", detail="The input is larger than 20 bytes.")


def test_an_exception_handler_of_a_person_takes_the_place_of_the_template_s() -> None:
    async def on_error(_: Request, error: Exception) -> PlainTextResponse:
        return PlainTextResponse(type(error).__name__, 500)

    app = extended()
    app.add_exception_handler(ValueError, on_error)
    app.add_exception_handler(404, on_error)
    with TestClient(app) as client:
        assert client.get("/broken").text == "ValueError"
        assert client.get("/nowhere").text == "HTTPException"


def test_a_middleware_may_answer_for_the_application() -> None:
    app = extended()

    @app.middleware("http")
    async def closed(_: Request, __: Any) -> PlainTextResponse:
        return PlainTextResponse("closed", 503)

    with TestClient(app) as client:
        answer = client.post("/process", json={"message": "a"})
    assert (answer.status_code, answer.text) == (503, "closed")
    assert answer.headers["x-request-id"]


def test_the_application_stands_in_another_one() -> None:
    outer = FastAPI()
    outer.mount("/inner", extended())
    around = Application({})
    around.mount("/outer", outer)
    with TestClient(around) as client:
        answer = client.get("/outer/inner/nowhere", headers={"x-request-id": "one"})
        assert answer.headers.get_list("x-request-id") == ["one"]
    with TestClient(outer) as client:
        assert client.post("/inner/process", json={"message": "a"}).json() == {"message": "a"}
        assert client.post("/inner/process", content=b"{").status_code == 400
        assert client.get("/inner/nowhere").json() == problem(404, "Not Found")
