"""What FastAPI documents keeps its meaning, through REST and as HTTP events of Lambda alike."""

import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import openapi_spec_validator
import pytest
from starlette.testclient import TestClient

from lambda_app.rest.application import Application
from workshop.tests.applications.bookshop.app import app
from workshop.tests.applications.bookshop.dependencies import require_key
from workshop.tests.applications.bookshop.endpoints import ENDPOINTS
from workshop.tests.applications.bookshop.process import Shelf
from workshop.tests.applications.doors import lambda_handler
from workshop.tests.applications.tables.bookshop import BOOKSHOP, CRIME, PRIDE
from workshop.tests.applications.web import (
    JSON,
    JSON_LINES,
    PROBLEM,
    Reply,
    Request,
    Send,
    reply,
    through_event,
    through_rest,
)

UNKNOWN = "9780000000000"
GATSBY = "9780141182636"
PRIDE_SHOWN = {"isbn": PRIDE, "title": "Pride and Prejudice", "price": "7.99"}
NEW = {"isbn": UNKNOWN, "title": "Emma", "price": "5.00"}
KEY = BOOKSHOP.headers
STAFF = {**KEY, "x-staff": "7"}
UNAUTHORIZED = {
    "type": "about:blank",
    "title": "Unauthorized",
    "status": 401,
    "detail": "The key is missing or wrong.",
}


class Exchange(NamedTuple):
    """A request with the key of the shop, and its answer; None stands for no body at all."""

    name: str
    request: Request
    status: int
    document: Any = None
    headers: Mapping[str, str] = {}


def get(path: str, query: str = "", **headers: str) -> Request:
    """Return a request without a body; a header's underscores stand for hyphens."""
    return Request("GET", path, headers={**KEY, **{k.replace("_", "-"): v for k, v in headers.items()}}, query=query)


def send_json(method: str, path: str, document: object, **headers: str) -> Request:
    """Return a request with a JSON body."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Request(method, path, body, {**KEY, "content-type": JSON, **named})


def problem(status: int, title: str, detail: str | None = None, **members: object) -> dict[str, object]:
    """Return a problem document."""
    given = {} if detail is None else {"detail": detail}
    return {"type": "about:blank", "title": title, "status": status, **given, **members}


def invalid(*errors: tuple[str, str, str]) -> dict[str, object]:
    """Return the problem of a refused request: for each error what it is in, its name, and pydantic's code."""
    return problem(422, "Unprocessable Content", errors=[{kind: name, "code": code} for kind, name, code in errors])


def not_json() -> dict[str, object]:
    """Return the problem of a body that is not JSON."""
    errors = [{"pointer": "#", "code": "json_invalid"}]
    return problem(400, "Bad Request", "The document is not JSON.", errors=errors)


EXCHANGES = [
    Exchange("a response model", get("/books", "q=pride"), 200, [PRIDE_SHOWN]),
    Exchange("an escape in a query", get("/books", "q=and%20pre&limit=1"), 200, [PRIDE_SHOWN]),
    Exchange("a short parameter", get("/books", "q=p"), 422, invalid(("parameter", "q", "string_too_short"))),
    Exchange("a missing parameter", get("/books"), 422, invalid(("parameter", "q", "missing"))),
    Exchange(
        "two parameters, and a cookie",
        get("/books", "q=p&limit=x", cookie="visit=short"),
        422,
        invalid(
            ("parameter", "q", "string_too_short"),
            ("parameter", "limit", "int_parsing"),
            ("cookie", "visit", "string_too_short"),
        ),
    ),
    Exchange("a path parameter", get(f"/books/{PRIDE}"), 200, PRIDE_SHOWN),
    Exchange(
        "a wrong path parameter",
        get("/books/1"),
        422,
        invalid(("parameter", "isbn", "string_pattern_mismatch")),
    ),
    Exchange(
        "an HTTPException with a dict",
        get(f"/books/{UNKNOWN}"),
        404,
        problem(404, "Not Found", "There is no such book.", isbn=UNKNOWN),
    ),
    Exchange(
        "a status code of its own, and a header",
        send_json("POST", "/books", NEW),
        201,
        NEW,
        {"location": f"/books/{UNKNOWN}"},
    ),
    Exchange(
        "a conflict",
        send_json("POST", "/books", {**NEW, "isbn": PRIDE}),
        409,
        problem(409, "Conflict", "The book is there already.", isbn=PRIDE),
    ),
    Exchange(
        "a document of an added route",
        send_json("POST", "/books", {"isbn": "1", "titel": "Emma", "price": "0"}),
        422,
        invalid(
            ("pointer", "#/isbn", "string_pattern_mismatch"),
            ("pointer", "#/title", "missing"),
            ("pointer", "#/price", "greater_than"),
            ("pointer", "#/titel", "extra_forbidden"),
        ),
    ),
    Exchange("an added route without a body", send_json("POST", "/books", b""), 400, not_json()),
    Exchange("malformed JSON", send_json("POST", "/books", b'{"isbn"'), 400, not_json()),
    Exchange("a lone surrogate", send_json("POST", "/books", b'{"title": "\\ud800"}'), 400, not_json()),
    Exchange(
        "another content type",
        send_json("POST", "/books", NEW, content_type="text/plain"),
        415,
        problem(415, "Unsupported Media Type", "The content type must be application/json."),
    ),
    Exchange(
        "more than may be sent",
        send_json("POST", "/books", {**NEW, "title": "x" * 1_048_576}),
        413,
        problem(413, "Content Too Large", "The input is larger than 1,048,576 bytes."),
    ),
    Exchange("a list", send_json("POST", "/books/import", [NEW, {**NEW, "isbn": PRIDE}]), 200, 4),
    Exchange(
        "an item of a list",
        send_json("POST", "/books/import", [NEW, {**NEW, "isbn": 1}]),
        422,
        invalid(("pointer", "#/1/isbn", "string_type")),
    ),
    Exchange("an embedded value", send_json("POST", f"/books/{PRIDE}/sale", {"copies": 2}), 200, PRIDE_SHOWN),
    Exchange(
        "a wrong embedded value",
        send_json("POST", f"/books/{PRIDE}/sale", {"copies": 0}),
        422,
        invalid(("pointer", "#/copies", "greater_than_equal")),
    ),
    Exchange(
        "a parameter and a body",
        send_json("POST", "/books/1/sale", {}),
        422,
        invalid(("parameter", "isbn", "string_pattern_mismatch"), ("pointer", "#/copies", "missing")),
    ),
    Exchange(
        "an exception handler of the shop's own",
        send_json("POST", f"/books/{GATSBY}/sale", {"copies": 1}),
        409,
        {"sold_out": "The Great Gatsby"},
    ),
    Exchange("a route that staff may use", Request("DELETE", f"/books/{PRIDE}", headers=STAFF), 204),
    Exchange(
        "a dependency of a route",
        Request("DELETE", f"/books/{PRIDE}", headers=KEY),
        403,
        problem(403, "Forbidden", "Staff only."),
    ),
    Exchange("a dependency of a router", get("/staff/health"), 403, problem(403, "Forbidden", "Staff only.")),
    Exchange(
        "a header",
        get("/staff/health", x_staff="0"),
        422,
        invalid(("header", "x-staff", "greater_than_equal")),
    ),
    Exchange(
        "a dependency before the body",
        send_json("PUT", "/staff/notes", {"note": {}}),
        403,
        problem(403, "Forbidden", "Staff only."),
    ),
    Exchange(
        "two bodies",
        send_json("PUT", "/staff/notes", {"note": NEW, "urgent": True}, x_staff="7"),
        200,
        {"title": "Emma", "urgent": True},
    ),
    Exchange(
        "a mistake in one of two bodies",
        send_json("PUT", "/staff/notes", {"note": {**NEW, "isbn": "1"}, "urgent": True}, x_staff="7"),
        422,
        invalid(("pointer", "#/note/isbn", "string_pattern_mismatch")),
    ),
    Exchange("a model called Health", get("/staff/health", x_staff="7"), 200, {"open": True, "clerks": 2}),
    Exchange("a model called ProblemDetails", get("/books/puzzle"), 200, {"chapter": 3, "exercise": 14}),
    Exchange("no such route", get("/nothing"), 404, problem(404, "Not Found")),
    Exchange("a slash too many", send_json("POST", "/order/", {}), 404, problem(404, "Not Found")),
    Exchange("no such method", get("/order"), 405, problem(405, "Method Not Allowed"), {"allow": "POST"}),
]
PROTECTED = [
    Request("POST", "/order", json.dumps(BOOKSHOP.table[0].document).encode(), {"content-type": JSON}),
    Request("POST", "/order", b"not JSON", {"content-type": JSON}),
    Request("POST", "/order", b"{}", {"content-type": "text/plain"}),
    Request("POST", "/order/batch", b'{"customer": "Ada", "books": []}\n', {"content-type": JSON_LINES}),
    Request("GET", "/health"),
    Request("GET", "/books", query="q=pride"),
    Request("POST", "/books", b"{}", {"content-type": JSON}),
    Request("GET", "/staff/health", headers={"x-staff": "7"}),
    Request("GET", "/books/1", headers={"x-api-key": "a wrong key"}),
]


@pytest.fixture(autouse=True)
def shelf() -> Shelf:
    """Return the books of the shop, as it opens."""
    app.state.shelf = shelf = Shelf()
    return shelf


@pytest.fixture(scope="module", autouse=True)
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with BOOKSHOP.surroundings(tmp_path_factory.mktemp("bookshop")):
        yield


@pytest.fixture(scope="module", params=["rest", "http_api", "rest_api", "alb"])
def send(request: pytest.FixtureRequest) -> Iterator[Send]:
    if request.param == "rest":
        with TestClient(app) as client:
            yield through_rest(client)
    else:
        with lambda_handler(BOOKSHOP) as handler:
            yield through_event(handler, request.param)


def comparable(answer: Reply) -> Any:
    """Return the body of an answer without words that pydantic may change."""
    if not answer.body:
        return None
    document = answer.document
    if isinstance(document, dict) and "errors" in document:
        errors = [{name: text for name, text in error.items() if name != "detail"} for error in document["errors"]]
        document = {**document, "errors": errors}
        if document["status"] == 422:
            del document["detail"]
    return document


@pytest.mark.parametrize("exchange", EXCHANGES, ids=[exchange.name for exchange in EXCHANGES])
def test_added_routes_keep_the_contract(exchange: Exchange, send: Send) -> None:
    answer = send(exchange.request)
    assert (answer.status, comparable(answer)) == (exchange.status, exchange.document)
    if isinstance(exchange.document, dict):
        kind = PROBLEM if exchange.document.get("type") == "about:blank" else JSON
        assert answer.headers["content-type"] == kind
    assert {name: answer.headers.get(name) for name in exchange.headers} == exchange.headers
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("request_", PROTECTED, ids=[f"{each.method} {each.path}" for each in PROTECTED])
def test_a_dependency_of_the_application_protects_every_route(request_: Request, send: Send) -> None:
    answer = send(request_)
    assert (answer.status, answer.document) == (401, UNAUTHORIZED)
    assert (answer.headers["content-type"], answer.headers["www-authenticate"]) == (PROBLEM, "ApiKey")


def test_a_dependency_of_the_application_protects_a_bare_body() -> None:
    with lambda_handler(BOOKSHOP) as handler:
        answer = reply(handler({"body": json.dumps(BOOKSHOP.table[0].document)}, None))
    assert (answer.status, answer.document) == (401, UNAUTHORIZED)


def test_a_dependency_of_the_application_does_not_reach_into_a_mounted_one(send: Send) -> None:
    answer = send(Request("GET", "/reports/sales"))
    assert answer.status == 200
    assert answer.document["path"].endswith("/reports")
    assert send(Request("GET", "/reports/openapi.json")).document["info"]["title"] == "Reports"


def test_a_dependency_can_be_overridden(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.dependency_overrides, require_key, lambda: None)
    case = BOOKSHOP.table[0]
    body = json.dumps(case.document).encode()
    answer = send(Request("POST", "/order", body, {"content-type": JSON}))
    assert (answer.status, answer.document) == (200, case.expected.document)
    answer = send(Request("POST", "/order/batch", body, {"content-type": JSON_LINES}))
    assert (answer.status, answer.document) == (200, case.expected.document)


def test_a_preflight_is_answered_and_logged(send: Send, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    asked = {"origin": "https://shop.example", "access-control-request-method": "POST", "x-request-id": "preflight-1"}
    answer = send(Request("OPTIONS", "/order", headers=asked))
    assert (answer.status, answer.headers["x-request-id"]) == (200, "preflight-1")
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert "POST" in answer.headers["access-control-allow-methods"]
    logged = [record.getMessage() for record in caplog.records if record.name.startswith("lambda_app.")]
    assert len(logged) == 1
    assert "/order 200 " in logged[0]


def test_a_preflight_from_elsewhere_is_refused(send: Send) -> None:
    asked = {"origin": "https://elsewhere.example", "access-control-request-method": "POST"}
    answer = send(Request("OPTIONS", "/order", headers=asked))
    assert answer.status == 400
    assert "access-control-allow-origin" not in answer.headers


def test_a_refusal_can_be_read_across_origins(send: Send) -> None:
    answer = send(Request("POST", "/order", b"{}", {"origin": "https://shop.example"}))
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (401, "https://shop.example")


def test_a_background_task_runs_after_the_answer(send: Send, shelf: Shelf) -> None:
    assert send(send_json("POST", "/books", NEW)).status == 201
    assert sorted(shelf.log) == ["announced Emma", "begin", "commit"]


def test_a_dependency_with_yield_sees_how_the_route_ended(send: Send, shelf: Shelf) -> None:
    assert send(Request("DELETE", f"/books/{CRIME}", headers=STAFF)).status == 204
    assert send(Request("DELETE", f"/books/{CRIME}", headers=STAFF)).status == 404
    assert send(send_json("POST", f"/books/{GATSBY}/sale", {"copies": 1})).status == 409
    assert shelf.log == ["begin", "commit", "begin", "rollback", "begin", "rollback"]


def test_a_response_is_streamed(send: Send) -> None:
    answer = send(get("/books/export"))
    assert (answer.status, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert answer.body.splitlines() == [
        "isbn,title",
        f"{PRIDE},Pride and Prejudice",
        f"{CRIME},Crime and Punishment",
        f"{GATSBY},The Great Gatsby",
    ]


def test_a_stream_that_breaks_off_is_a_problem_in_lambda(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(shelf.books, "broken", None)
    with lambda_handler(BOOKSHOP) as handler:
        answer = through_event(handler, "http_api")(get("/books/export", x_request_id="export-1"))
    assert (answer.status, answer.document) == (500, problem(500, "Internal Server Error"))
    assert answer.headers == {
        "content-type": PROBLEM,
        "x-request-id": "export-1",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }


def test_the_openapi_document_is_served(send: Send) -> None:
    answer = send(Request("GET", "/openapi.json"))
    assert (answer.status, answer.document["info"]["title"]) == (200, "Bookshop")
    openapi_spec_validator.validate(answer.document)


def schema(path: str, method: str, status: str, media_type: str = JSON) -> Any:
    """Return the schema of a response, and of what it refers to."""
    document = app.openapi()
    found = document["paths"][path][method]["responses"][status]["content"][media_type]["schema"]
    return document["components"]["schemas"][found["$ref"].rsplit("/", 1)[1]]


def test_models_of_the_same_name_are_described_side_by_side() -> None:
    assert set(schema("/health", "get", "200")["properties"]) == {"status", "version"}
    assert set(schema("/staff/health", "get", "200")["properties"]) == {"open", "clerks"}
    assert set(schema("/books/puzzle", "get", "200")["properties"]) == {"chapter", "exercise"}
    for path, method in (("/books/puzzle", "get"), ("/order", "post")):
        problem_schema = schema(path, method, "default", PROBLEM)
        assert {"type", "title", "status", "detail", "errors"} <= set(problem_schema["properties"])


def test_what_protects_a_route_is_described() -> None:
    document = app.openapi()
    for path in ("/order", "/order/batch", "/books"):
        assert document["paths"][path]["post"]["security"] == [{"APIKeyHeader": []}]
    assert document["components"]["securitySchemes"]["APIKeyHeader"]["name"] == "X-API-Key"


def test_routes_that_are_added_later_are_described_and_served() -> None:
    late = Application(ENDPOINTS, title="Late", version="1")
    assert "/late" not in late.openapi()["paths"]

    @late.get("/late")
    async def answer_late() -> str:
        return "late"

    assert "/late" in late.openapi()["paths"]
    openapi_spec_validator.validate(late.openapi())
    with TestClient(late) as client:
        assert client.get("/late").json() == "late"
        assert "/late" in client.get("/openapi.json").json()["paths"]
