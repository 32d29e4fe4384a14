"""The documentation page and its files, as a client gets them. tests/browser opens them in a browser."""

import base64
import gzip
import json
import re
import subprocess
import sys
from html import unescape
from typing import Any
from urllib.parse import urljoin

import pytest
from fastapi import Depends, FastAPI
from fastapi.security import OAuth2AuthorizationCodeBearer, OAuth2PasswordBearer, OpenIdConnect
from starlette.testclient import TestClient

from lambda_app.aws_lambda.http_handler import LambdaHandler
from lambda_app.rest.application import Application
from lambda_app.rest.docs_page.files import takes_gzip
from tests.echo import ECHO, app
from tests.events import HTTP, get

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; connect-src 'self'"
)
NO_GZIP = {"accept-encoding": "identity"}


def client(**options: Any) -> TestClient:
    """Return a client of an application with these options of FastAPI's."""
    return TestClient(Application({"process": ECHO}, **{"title": "docs", "version": "1", **options}))


def addresses(page: str) -> list[str]:
    """Return the addresses of a page's files."""
    return [address for address in re.findall(r'(?:href|src)="([^"]+)"', page) if not address.startswith("data:")]


def options_of(page: str) -> Any:
    """Return what a page tells its script."""
    (found,) = re.findall(r'data-options="([^"]+)"', page)
    return json.loads(unescape(found))


def test_the_page_is_html_with_a_strict_policy(rest: TestClient) -> None:
    answer = rest.get("/docs")
    assert answer.status_code == 200
    assert {
        name: answer.headers[name] for name in answer.headers if name not in {"content-length", "x-request-id"}
    } == {
        "cache-control": "no-cache",
        "content-security-policy": POLICY,
        "content-type": "text/html; charset=utf-8",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    assert "<title>echo - Swagger UI</title>" in answer.text
    assert options_of(answer.text) == {
        "openapi": "openapi.json",
        "root": ".",
        "oauth2Redirect": "docs/oauth2-redirect",
        "oauth": None,
        "parameters": {
            "dom_id": "#swagger-ui",
            "layout": "BaseLayout",
            "deepLinking": True,
            "showExtensions": True,
            "showCommonExtensions": True,
            "displayRequestDuration": True,
        },
    }


def test_every_address_in_the_page_is_relative_and_leads_to_a_file_that_may_be_kept(rest: TestClient) -> None:
    found = addresses(rest.get("/docs").text)
    assert [address.partition("?")[0] for address in found] == [
        *("docs/swagger-ui/swagger-ui.css", "docs/swagger-ui/page.css"),
        *("docs/swagger-ui/swagger-ui-bundle.js", "docs/swagger-ui/page.js"),
    ]
    for address in found:
        answer = rest.get(f"/{address}")
        kind = "text/css" if ".css" in address else "text/javascript"
        assert (answer.status_code, answer.headers["content-type"], answer.headers["cache-control"]) == (
            *(200, f"{kind}; charset=utf-8", "max-age=31536000, immutable"),
        )
        # Another content will have another address.
        assert rest.get(f"/{address}0").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["swagger-ui.css", "page.js"])
def test_a_file_is_compressed_for_a_client_that_takes_it(name: str, rest: TestClient) -> None:
    packed = rest.get(f"/docs/swagger-ui/{name}", headers={"accept-encoding": "br, gzip"})
    plain = rest.get(f"/docs/swagger-ui/{name}", headers=NO_GZIP)
    assert (packed.headers["content-encoding"], packed.content) == ("gzip", plain.content)
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) == len(plain.content)
    assert "content-encoding" not in plain.headers
    assert packed.headers["vary"] == plain.headers["vary"] == "accept-encoding"
    assert packed.headers["etag"] == plain.headers["etag"]


def test_a_file_that_the_client_has_is_not_sent_again(rest: TestClient) -> None:
    etag = rest.get("/docs/swagger-ui/page.js").headers["etag"]
    answer = rest.get("/docs/swagger-ui/page.js", headers={"if-none-match": f'"other", {etag}'})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
    assert rest.get("/docs/swagger-ui/page.js", headers={"if-none-match": '"other"'}).status_code == 200


@pytest.mark.parametrize("name", ["page.py", "page.html", "SHA256SUMS", "swagger-ui.css.gz", "..%2Ffiles.py"])
def test_nothing_else_of_the_folder_is_served(name: str, rest: TestClient) -> None:
    answer = rest.get(f"/docs/swagger-ui/{name}")
    assert (answer.status_code, answer.json()) == (404, {"type": "about:blank", "title": "Not Found", "status": 404})


@pytest.mark.parametrize(
    ("accept_encoding", "is_taken"),
    [
        *[("gzip", True), ("br;q=1.0, GZIP;q=0.5", True), ("gzip ; q=1", True), ("deflate,gzip", True)],
        *[("", False), ("identity", False), ("gzip;q=0", False), ("gzip; q=0.000", False), ("x-gzip-like", False)],
    ],
)
def test_gzip_is_taken_by_whoever_names_it(accept_encoding: str, *, is_taken: bool) -> None:
    assert takes_gzip(accept_encoding) is is_taken


@pytest.mark.parametrize("name", HTTP)
def test_lambda_sends_the_same_files(name: str, handler: LambdaHandler, rest: TestClient) -> None:
    event = get(name, "/docs/swagger-ui/swagger-ui.css")
    for place, value in (("headers", "gzip"), ("multiValueHeaders", ["gzip"])):
        if place in event:
            event[place] = {"accept-encoding": value}
    answer: Any = handler(event, None)
    headers = answer.get("headers") or {key: value for key, (value,) in answer["multiValueHeaders"].items()}
    # A REST API would hand base64 on to the browser, so it gets text.
    is_packed = name != "rest_api"
    assert (answer["isBase64Encoded"], headers.get("content-encoding")) == (is_packed, "gzip" if is_packed else None)
    body = gzip.decompress(base64.b64decode(answer["body"])) if is_packed else answer["body"].encode()
    assert body == rest.get("/docs/swagger-ui/swagger-ui.css", headers=NO_GZIP).content


@pytest.mark.parametrize("options", [{"docs_url": None}, {"openapi_url": None}])
def test_no_address_means_no_page(options: dict[str, None]) -> None:
    with client(**options) as rest:
        for path in ("/docs", "/docs/swagger-ui/page.js", "/docs/oauth2-redirect"):
            assert rest.get(path).status_code == 404


@pytest.mark.parametrize("docs_url", ["/other", "/a/b", "/", "/docs/"])
def test_the_page_can_be_anywhere(docs_url: str) -> None:
    with client(docs_url=docs_url, openapi_url="/api/v1/openapi.json") as rest:
        page = rest.get(docs_url).text
        found = [*addresses(page), options_of(page)["openapi"]]
        assert {rest.get(urljoin(docs_url, address)).status_code for address in found} == {200}
        assert urljoin(docs_url, options_of(page)["openapi"]) == "/api/v1/openapi.json"
        assert urljoin(docs_url, options_of(page)["root"]) == "/"
        assert rest.post("/process", json={"message": "a"}).json() == {"message": "a"}


def test_a_page_at_the_root_leaves_every_other_route_alone() -> None:
    application = Application({"process": ECHO}, docs_url="/")

    @application.get("/{name}")
    def own(name: str) -> str:
        return name

    with TestClient(application) as rest:
        assert rest.get("/page.js").json() == "page.js"


def test_the_page_is_the_same_behind_a_prefix(rest: TestClient) -> None:
    page = rest.get("/docs").text
    assert TestClient(app, root_path="/prod").get("/prod/docs").text == page
    outer = FastAPI()
    outer.mount("/mounted", app)
    assert TestClient(outer).get("/mounted/docs").text == page


def test_fastapi_s_parameters_reach_swagger_ui() -> None:
    parameters = {"deepLinking": False, "syntaxHighlight": {"theme": "obsidian"}, "displayRequestDuration": False}
    oauth = {"clientId": "</div>\"'"}
    with client(swagger_ui_parameters=parameters, swagger_ui_init_oauth=oauth, title="<b>&") as rest:
        page = rest.get("/docs").text
    assert parameters.items() <= options_of(page)["parameters"].items()
    assert options_of(page)["oauth"] == oauth
    assert "<title>&lt;b&gt;&amp; - Swagger UI</title>" in page


def test_the_authorization_server_leads_back_to_a_page_of_its_own() -> None:
    with client(swagger_ui_oauth2_redirect_url="/back/here") as rest:
        assert options_of(rest.get("/docs").text)["oauth2Redirect"] == "back/here"
        answer = rest.get("/back/here")
        (script,) = addresses(answer.text)
        assert answer.headers["content-security-policy"] == POLICY
        assert rest.get(urljoin("/back/here", script)).status_code == 200
    with client(swagger_ui_oauth2_redirect_url=None) as rest:
        assert options_of(rest.get("/docs").text)["oauth2Redirect"] is None
        assert rest.get("/docs/oauth2-redirect").status_code == 404


@pytest.mark.parametrize(
    ("options", "sources"),
    [
        ({"servers": [{"url": "https://api.example.com/v1"}, {"url": "/v2"}]}, ["https://api.example.com"]),
        ({"servers": [{"url": "https://{region}.example.com:8443/"}]}, ["https:"]),
        ({"servers": [{"url": "http://[::1]:8000; script-src *"}]}, ["http:"]),
        ({"dependencies": [Depends(OAuth2PasswordBearer("token"))]}, []),
        (
            {"dependencies": [Depends(OAuth2AuthorizationCodeBearer("https://a.test/authorize", "https://b.test/t"))]},
            ["https://b.test"],
        ),
        (
            {"dependencies": [Depends(OpenIdConnect(openIdConnectUrl="https://c.test/.well-known/openid"))]},
            ["https://c.test"],
        ),
    ],
)
def test_the_page_may_call_the_servers_that_the_document_names(options: dict[str, Any], sources: list[str]) -> None:
    with client(**options) as rest:
        policy = rest.get("/docs").headers["content-security-policy"]
    assert policy == " ".join([POLICY, *sources])


def test_nothing_of_the_page_is_imported_before_it_is_asked_for() -> None:
    code = """if True:
        import sys
        from starlette.testclient import TestClient
        from tests.echo import app
        for path in ("/health", "/docs/swagger-ui/page.js", "/docs"):
            TestClient(app).get(path)
            print(*sorted(name for name in sys.modules if name.startswith("lambda_app.rest.docs_page")))
    """
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines() == [
        "",
        "lambda_app.rest.docs_page lambda_app.rest.docs_page.files",
        "lambda_app.rest.docs_page lambda_app.rest.docs_page.files lambda_app.rest.docs_page.page",
    ]
