"""Header fields that every response has, and CORS."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.testclient import TestClient

from lambda_app.aws_lambda.http_handler import LambdaHandler
from lambda_app.rest import server as rest_server
from lambda_app.rest.application import Application
from lambda_app.settings import get_settings
from tests.echo import ECHO
from tests.events import HTTP, event, get
from tests.rest.problems import JSON
from tests.rest.served import on_a_loop, serving

SAFE = {"x-content-type-options": "nosniff", "cache-control": "no-store"}
BODY = b'{"message":"hello"}'


def application() -> Application:
    app = Application({"process": ECHO})

    @app.get("/kept")
    async def kept(response: Response) -> None:
        response.headers["Cache-Control"] = "max-age=60"
        response.headers["X-Content-Type-Options"] = "own"

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("secret")

    @app.get("/file")
    async def file() -> FileResponse:
        return FileResponse(__file__)

    inner = FastAPI()
    inner.mount("/files", StaticFiles(directory=Path(__file__).parent))
    app.mount("/inner", inner)
    return app


def safe_fields(answer: Any) -> dict[str, str]:
    return {name: answer.headers[name] for name in SAFE if name in answer.headers}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/process", 200),
        ("POST", "/process/batch", 200),
        ("GET", "/process", 405),
        ("GET", "/nowhere", 404),
        ("GET", "/broken", 500),
        ("GET", "/openapi.json", 200),
        ("GET", "/inner/nowhere", 404),
    ],
)
def test_no_response_is_stored_or_guessed_at(method: str, path: str, status: int) -> None:
    media_type = "application/jsonl" if path.endswith("/batch") else "application/json"
    client = TestClient(application(), raise_server_exceptions=False)
    answer = client.request(method, path, content=BODY, headers={"content-type": media_type})
    assert (answer.status_code, safe_fields(answer)) == (status, SAFE)
    assert "server" not in answer.headers


def test_a_route_and_files_say_themselves_how_they_are_stored() -> None:
    client = TestClient(application())
    assert safe_fields(client.get("/kept")) == {"x-content-type-options": "own", "cache-control": "max-age=60"}
    for path in ("/file", "/inner/files/problems.py"):
        answer = client.get(path)
        assert ("etag" in answer.headers, safe_fields(answer)) == (True, {"x-content-type-options": "nosniff"})
    assert safe_fields(client.get("/docs"))["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", HTTP)
def test_an_event_is_answered_with_the_same_fields(name: str) -> None:
    handler = LambdaHandler(application())
    answers: list[Any] = [
        handler(event(name), None),
        handler(get(name, "/nowhere"), None),
        handler(event(name, body=b"", isBase64Encoded=True) | {"body": "%"}, None),
    ]
    for answer in answers:
        headers = {key: value[0] for key, value in answer.get("multiValueHeaders", {}).items()} | answer.get(
            "headers", {}
        )
        assert {key: headers[key] for key in SAFE} == SAFE
    handler.close()


@on_a_loop
async def test_the_server_sends_them_once_with_what_it_refuses_itself_and_does_not_say_what_it_is() -> None:
    async with serving(application(), server_header=False) as server:
        for sent in (b"GET /nowhere HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", b"no HTTP\r\n\r\n"):
            head, _, _ = (await server.answer(sent)).lower().partition(b"\r\n\r\n")
            for name, value in SAFE.items():
                assert re.findall(rb"\r\n%s: (.*)" % name.encode(), head.replace(b"\r\n", b"\n\r\n")) == [
                    value.encode()
                ]
            assert b"\r\nserver:" not in head


@pytest.mark.parametrize(("setting", "trusted"), [("", "127.0.0.1,::1"), ("10.0.0.0/8", "10.0.0.0/8"), ("*", "*")])
def test_the_server_trusts_the_proxies_that_it_is_told(
    monkeypatch: pytest.MonkeyPatch, setting: str, trusted: str
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", setting)
    options: dict[str, object] = {}
    monkeypatch.setattr("uvicorn.run", lambda *_, **given: options.update(given))
    monkeypatch.setattr(os, "_exit", lambda _: None)
    rest_server.serve("lambda_app.app:app")
    assert (options["forwarded_allow_ips"], options["server_header"]) == (trusted, False)


ORIGIN = {"origin": "https://shop.example"}
PREFLIGHT = {**ORIGIN, "access-control-request-method": "POST", "access-control-request-headers": "authorization,x-own"}


@pytest.mark.parametrize("origins", ["", "https://other.example", "https://shop.example,https://b.example", "*"])
def test_pages_of_an_origin_may_call_where_it_is_listed(monkeypatch: pytest.MonkeyPatch, origins: str) -> None:
    monkeypatch.setenv("CORS_ORIGINS", origins)
    allowed = {"*": "*", "https://shop.example,https://b.example": "https://shop.example"}.get(origins)
    with TestClient(application()) as client:
        preflight = client.options("/process", headers=PREFLIGHT)
        assert (preflight.status_code == 200, preflight.headers.get("access-control-allow-origin")) == (
            allowed is not None,
            allowed,
        )
        assert ("authorization,x-own" in preflight.headers.get("access-control-allow-headers", "")) is bool(origins)
        answer = client.post("/process", content=BODY, headers={**JSON, **ORIGIN})
        assert (answer.status_code, answer.headers.get("access-control-allow-origin")) == (200, allowed)
        assert "access-control-allow-credentials" not in answer.headers


def test_a_preflight_needs_no_key_and_a_page_can_read_that_it_lacks_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("CORS_ORIGINS", "https://shop.example")
    monkeypatch.setenv("API_KEYS", "abc")
    get_settings.cache_clear()
    caplog.set_level("INFO")
    with TestClient(application()) as client:
        preflight = client.options("/process", headers=PREFLIGHT)
        refused = client.post("/process", content=BODY, headers=ORIGIN)
        answer = client.post("/process", content=BODY, headers={**JSON, **ORIGIN, "authorization": "Bearer abc"})
    assert [each.status_code for each in (preflight, refused, answer)] == [200, 401, 200]
    assert {each.headers["access-control-allow-origin"] for each in (preflight, refused, answer)} == {ORIGIN["origin"]}
    assert refused.headers["access-control-expose-headers"] == "retry-after, www-authenticate, x-request-id"
    # The preflight, too, has a line of its own and a request id.
    assert "x-request-id" in preflight.headers
    assert sum(record.name == "lambda_app.rest.request_log" for record in caplog.records) == 3
