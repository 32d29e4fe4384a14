"""Keys: with API_KEYS set, everything but health and the documentation needs one, at both HTTP doors."""

import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from fastapi import APIRouter, Depends, FastAPI, WebSocket
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import PlainTextResponse
from fastapi.security import APIKeyHeader
from openapi_spec_validator import validate
from processes import RestServer
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.types import Message, Receive, Scope, Send

from lambda_app.aws_lambda.http_handler import LambdaHandler
from lambda_app.rest import docs, health
from lambda_app.rest.application import Application
from lambda_app.settings import get_settings
from tests.echo import ECHO, EchoRequest, EchoResponse
from tests.events import HTTP, event, get, sns, sqs
from tests.rest.problems import JSON, problem
from tests.rest.served import on_a_loop, serving

OLD, NEW, SPARE = "0ld/key+a==", "new.key~b", "spare-key_c"
KEYS = f"billing:{OLD}, billing:{NEW}\n{SPARE}"
BODY = b'{"message":"hello"}'

NONE = problem(401, "Unauthorized", detail="The request needs a key: `Authorization: Bearer KEY`.")
WRONG = problem(401, "Unauthorized", detail="The key is not valid.")
SEVERAL = problem(401, "Unauthorized", detail="The request has more than one Authorization field.")


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


async def mounted(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer every method alike."""
    await PlainTextResponse("mounted")(scope, receive, send)


def application(**options: Any) -> Application:
    """Return an application with routes in all the places where FastAPI has them."""
    app = Application({"process": ECHO}, title="echo", version="1", **options)
    app.include_router(health.router)
    app.include_router(docs.router)
    router = APIRouter()
    inner = FastAPI()

    @app.post("/own")
    @router.post("/own")
    @inner.post("/own")
    def own(request: EchoRequest) -> EchoResponse:
        return EchoResponse(message=request.message)

    @app.websocket("/socket")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("open")
        await websocket.close()

    app.include_router(router, prefix="/included")
    app.mount("/inner", inner)
    app.mount("/application", Application({"process": ECHO}))
    app.mount("/asgi", mounted)
    return app


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEYS", KEYS)


@pytest.fixture
def client(keys: None) -> Iterator[TestClient]:
    with TestClient(application()) as opened:
        yield opened


@pytest.fixture
def handler(keys: None) -> Iterator[LambdaHandler]:
    opened = LambdaHandler(application())
    yield opened
    opened.close()


ROUTES = [
    ("POST", "/process"),
    ("POST", "/process/batch"),
    ("POST", "/own"),
    ("POST", "/included/own"),
    ("POST", "/inner/own"),
    ("POST", "/application/process"),
    ("GET", "/asgi/any"),
    ("OPTIONS", "/asgi/any"),
]
OPEN = ["/health", "/docs", "/openapi.json", "/docs/swagger-ui/page.js", "/docs/oauth2-redirect", "/"]
CLOSED = [
    *ROUTES,
    ("POST", "/health"),
    ("POST", "/"),
    ("OPTIONS", "/process"),
    ("GET", "/nowhere"),
    ("GET", "/health/"),
    ("GET", "//health"),
    ("GET", "/HEALTH"),
    ("GET", "/docs/swagger-ui"),
    ("GET", "/docs/swagger-ui/a/b"),
    ("GET", "/asgi/health"),
    ("GET", "/asgi/docs"),
    ("GET", "/application/health"),
    ("GET", "/application/openapi.json"),
    ("GET", "/inner/docs"),
]


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_without_a_key_a_request_is_answered_401_wherever_its_route_is(
    client: TestClient, method: str, path: str
) -> None:
    answer = client.request(method, f"http://testserver{path}", content=BODY, headers={"x-request-id": "1"})
    assert (answer.status_code, answer.json()) == (401, NONE)
    assert dict(answer.headers) == {
        "www-authenticate": "Bearer",
        "content-type": "application/problem+json",
        "content-length": str(len(answer.content)),
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
        "x-request-id": "1",
    }


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_with_a_key_it_is_answered_as_without_keys(client: TestClient, method: str, path: str) -> None:
    headers = {"content-type": "application/jsonl" if path.endswith("/batch") else "application/json"}
    answer = client.request(method, path, content=BODY, headers=headers | bearer(NEW))
    assert (answer.status_code, answer.text.strip()) == (200, "mounted" if "asgi" in path else BODY.decode())


@pytest.mark.parametrize("path", OPEN)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_health_and_the_documentation_need_no_key(client: TestClient, method: str, path: str) -> None:
    if (method, path) == ("HEAD", "/"):  # as FastAPI's GET routes answer it
        assert client.head(path, headers=bearer(NEW)).status_code == 405
        return
    for headers in ({}, bearer(NEW), bearer("wrong")):
        assert client.request(method, path, headers=headers).status_code == 200


@pytest.mark.parametrize("key", [OLD, NEW, SPARE])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_each_of_several_keys_is_valid_and_the_case_of_the_scheme_does_not_count(
    client: TestClient, key: str, scheme: str
) -> None:
    answer = client.post("/process", content=BODY, headers={**JSON, "authorization": f"{scheme} {key} "})
    assert (answer.status_code, answer.content) == (200, BODY)


Refused = tuple[list[tuple[str, str]], dict[str, object]]
REFUSED: dict[str, Refused] = {
    "none": ([], NONE),
    "empty": ([("authorization", "")], NONE),
    "wrong": ([("authorization", "Bearer wrong")], WRONG),
    "the scheme alone": ([("authorization", "Bearer")], WRONG),
    "a part": ([("authorization", f"Bearer {NEW[:-1]}")], WRONG),
    "more": ([("authorization", f"Bearer {NEW}x")], WRONG),
    "the other case": ([("authorization", f"Bearer {NEW.upper()}")], WRONG),
    "the name with it": ([("authorization", f"Bearer billing:{NEW}")], WRONG),
    "the name": ([("authorization", "Bearer billing")], WRONG),
    "both": ([("authorization", f"Bearer {OLD}, {NEW}")], WRONG),
    "non-ASCII": ([("authorization", "Bearer schlüssel")], WRONG),
    "another scheme": ([("authorization", f"Basic {NEW}")], NONE),
    "no scheme": ([("authorization", NEW)], NONE),
    "X-API-Key": ([("x-api-key", NEW)], NONE),
    "a proxy's header": ([("proxy-authorization", f"Bearer {NEW}")], NONE),
    "a cookie": ([("cookie", f"authorization=Bearer {NEW}")], NONE),
}


@pytest.mark.parametrize(("headers", "expected"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_or_misplaced_key_is_answered_401_alike_at_both_doors(
    client: TestClient, handler: LambdaHandler, headers: list[tuple[str, str]], expected: dict[str, object]
) -> None:
    encoded = [(name.encode(), value.encode()) for name, value in headers]
    answer = client.post("/process", content=BODY, headers=encoded)
    assert (answer.status_code, answer.json()) == (401, expected)
    request = event("http_api")
    request["headers"] |= dict(headers)
    on_aws: Any = handler(request, None)
    assert (on_aws["statusCode"], json.loads(on_aws["body"])) == (401, expected)
    assert on_aws["headers"]["www-authenticate"] == answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("sent", [{"params": {"authorization": NEW, "access_token": NEW}}, {"data": {"key": NEW}}])
def test_a_key_in_the_query_or_in_the_body_is_none(client: TestClient, sent: dict[str, Any]) -> None:
    answer = client.post("/process", **sent)
    assert (answer.status_code, answer.json()) == (401, NONE)


@pytest.mark.parametrize("name", HTTP)
def test_a_key_is_valid_in_every_kind_of_http_event(handler: LambdaHandler, name: str) -> None:
    request = event(name)
    for headers, given in (("headers", f"Bearer {NEW}"), ("multiValueHeaders", [f"Bearer {NEW}"])):
        if headers in request:
            request[headers] = {**request[headers], "Authorization": given}
    answers: list[Any] = [handler(request, None), handler(event(name), None), handler(get(name, "/health"), None)]
    assert [answer["statusCode"] for answer in answers] == [200, 401, 200]


@pytest.mark.parametrize(
    "sent",
    [
        {"message": "hello"},
        event("event"),
        sqs('{"message": "hello"}'),
        sns('{"message": "hello"}'),
        event("eventbridge", detail={"message": "hello"}),
    ],
)
def test_an_event_that_is_not_http_needs_no_key(handler: LambdaHandler, sent: dict[str, Any]) -> None:
    answer: Any = handler(sent, None)
    assert answer.get("statusCode", 200) == 200


@on_a_loop
async def test_several_authorization_fields_are_refused_even_if_each_has_a_valid_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("API_KEYS", KEYS)
    field = f"authorization: Bearer {NEW}\r\n".encode()
    async with serving(application()) as server:
        for fields, expected in ((field * 2, SEVERAL), (b"", NONE), (field, None)):
            answer = await server.answer(b"GET /process HTTP/1.1\r\nhost: x\r\nconnection: close\r\n%s\r\n" % fields)
            head, _, body = answer.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 401 " if expected else b"HTTP/1.1 405 ")
            assert not expected or json.loads(body) == expected


async def exchange(app: Callable[..., Awaitable[None]], scope: Scope) -> list[Message]:
    """Return what an application sends that is not told of a body."""
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError("the body is read")

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


@on_a_loop
async def test_a_request_is_refused_before_its_body_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEYS", KEYS)
    headers = [(b"content-length", b"9999999"), (b"content-type", b"text/plain")]
    scope = {"type": "http", "method": "POST", "path": "/process", "headers": headers, "query_string": b""}
    start, body = await exchange(application(), scope)
    assert (start["status"], json.loads(body["body"])) == (401, NONE)


def test_a_web_socket_needs_a_key(client: TestClient) -> None:
    with client.websocket_connect("/socket", headers=bearer(NEW)) as socket:
        assert socket.receive_text() == "open"
    for path in ("/socket", "/health", "/nowhere"):
        with pytest.raises(WebSocketDenialResponse) as denied, client.websocket_connect(path):
            pass
        assert (denied.value.status_code, denied.value.json()) == (401, NONE)
        assert denied.value.headers["www-authenticate"] == "Bearer"


@on_a_loop
async def test_the_server_hands_over_a_web_socket_that_has_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEYS", KEYS)
    upgrade = b"GET /socket HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    socket = b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n"
    async with serving(application(), ws="wsproto") as server:
        for field, expected in ((b"", b"401"), (f"authorization: Bearer {NEW}\r\n".encode(), b"101")):
            reader, _ = await server.connect(upgrade + socket + field + b"\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 %s " % expected)


@on_a_loop
async def test_a_server_that_cannot_answer_a_web_socket_closes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEYS", KEYS)
    scope = {"type": "websocket", "path": "/socket", "headers": []}
    assert await exchange(application(), scope) == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize("setting", [{}, {"API_KEYS": "", "API_KEYS_FILE": ""}], ids=["unset", "empty"])
def test_without_keys_none_is_needed_and_none_is_documented(
    monkeypatch: pytest.MonkeyPatch, setting: dict[str, str]
) -> None:
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    with TestClient(application()) as client:
        assert client.post("/process", content=BODY).status_code == 200
        assert client.post("/process", content=BODY, headers=bearer("any")).status_code == 200
        assert "securitySchemes" not in client.get("/openapi.json").json()["components"]


def test_keys_are_read_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"billing:{OLD}\n{NEW}\n")
    monkeypatch.setenv("API_KEYS_FILE", str(file))
    with TestClient(application()) as client:
        assert [client.post("/own", json={}, headers=bearer(key)).status_code for key in (OLD, NEW, SPARE)] == [
            *(422, 422, 401)
        ]


def test_a_start_reads_the_keys_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app = application()
    for keys, expected in ((OLD, 401), (f"{OLD},{NEW}", 200), ("", 200)):
        monkeypatch.setenv("API_KEYS", keys)
        get_settings.cache_clear()
        with TestClient(app) as client:
            assert client.post("/process", content=BODY, headers=bearer(NEW)).status_code == expected


def test_behind_a_prefix_the_same_paths_are_open(keys: None) -> None:
    with TestClient(application(), root_path="/prod") as client:
        assert [client.get(f"/prod{path}").status_code for path in (*OPEN[:-1], "/own", "/asgi/health")] == [
            *([200] * 5),
            *(401, 401),
        ]


def test_a_mounted_application_keeps_its_own_paths_open_in_one_that_is_not_of_the_template(keys: None) -> None:
    outer = FastAPI()
    outer.mount("/v1", application())
    client = TestClient(outer)
    assert [client.get(f"/v1{path}").status_code for path in ("/health", "/docs")] == [200, 200]
    assert [client.post("/v1/process", content=BODY, headers=headers).status_code for headers in ({}, bearer(NEW))] == [
        *(401, 200)
    ]


def test_a_route_of_your_own_at_the_root_needs_a_key(keys: None) -> None:
    app = Application({"process": ECHO})

    @app.get("/")
    async def customers() -> list[str]:
        return ["secret"]

    app.include_router(docs.router)
    client = TestClient(app)
    assert [client.get("/", headers=headers).status_code for headers in ({}, bearer(NEW))] == [401, 200]


def test_without_docs_there_is_no_documentation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCS", "false")
    with TestClient(application()) as client:
        for path in OPEN[1:]:
            assert (client.get(path).status_code, client.get(path).json()) == (404, problem(404, "Not Found"))
        assert client.get("/health").status_code == 200
    monkeypatch.setenv("API_KEYS", KEYS)
    get_settings.cache_clear()
    with TestClient(application()) as client:
        assert {client.get(path).status_code for path in OPEN[1:-1]} == {401}


def test_where_the_page_has_no_address_the_root_leads_nowhere() -> None:
    app = Application({"process": ECHO}, docs_url=None)
    app.include_router(docs.router)
    assert TestClient(app).get("/").status_code == 404


PREFLIGHT = {"origin": "https://example.com", "access-control-request-method": "POST"}


def test_a_preflight_needs_no_key_where_the_application_has_cors_middleware_of_its_own(keys: None) -> None:
    app = application()
    app.add_middleware(CORSMiddleware, allow_origins=["https://example.com"], allow_methods=["POST"])
    client = TestClient(app)
    assert client.options("/process", headers=PREFLIGHT).text == "OK"
    assert client.options("/process", headers={"origin": "https://example.com"}).status_code == 401
    assert client.post("/process", headers=PREFLIGHT).status_code == 401


def test_a_preflight_that_a_route_would_answer_needs_a_key(client: TestClient) -> None:
    assert client.options("/asgi", headers=PREFLIGHT).status_code == 401


def test_openapi_says_that_a_key_is_needed_beside_what_a_route_needs_already(keys: None) -> None:
    app = application()
    own = APIKeyHeader(name="x-key", scheme_name="ApiKey")

    document = TestClient(app).get("/openapi.json").json()
    validate(document)
    scheme = {
        "type": "http",
        "scheme": "bearer",
        "description": "A key that the operator of this API has given to you.",
    }
    assert document["components"]["securitySchemes"] == {"ApiKey": scheme}
    operations = {path: operation for path, item in document["paths"].items() for operation in item.values()}
    needed = {path: operation.get("security") for path, operation in operations.items()}
    assert {path for path, security in needed.items() if security is None} <= {"/health", "/ready"}
    assert needed["/process"] == needed["/process/batch"] == needed["/included/own"] == [{"ApiKey": []}]
    assert operations["/process"]["responses"]["401"]["content"]["application/problem+json"] == {
        "schema": {"$ref": "#/components/schemas/ProblemDetails"},
        "example": problem(401, "Unauthorized"),
    }

    @app.get("/both")
    async def both(key: str = Depends(own)) -> str:
        return key

    document = app.openapi()
    assert document["paths"]["/both"]["get"]["security"] == [{"ApiKey": [], "lambda_app.ApiKey": []}]


def test_the_command_of_the_image_asks_for_a_key_and_logs_its_name_alone() -> None:
    with RestServer("-m", "lambda_app.serve", env={"API_KEYS": KEYS, "LOG_FORMAT": "json"}) as server:
        answers = [requests.get(f"{server.url}/nowhere", headers=headers, timeout=5) for headers in ({}, bearer(OLD))]
        assert [answer.status_code for answer in answers] == [401, 404]
        assert "server" not in answers[1].headers
    lines = [json.loads(line) for line in server.log.splitlines() if b"/nowhere" in line]
    assert [line.get("caller") for line in lines] == [None, "billing"]
    assert OLD.encode() not in server.log
