"""The HTML of the documentation page, and its content security policy."""

import json
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from posixpath import dirname, relpath
from string import Template
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Response
from fastapi.encoders import jsonable_encoder
from fastapi.openapi.docs import swagger_ui_default_parameters

from lambda_app.rest.docs_page.files import read_file

_DEFAULTS = {**swagger_ui_default_parameters, "displayRequestDuration": True}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; connect-src "
)
_HOST = re.compile(r"[\w.-]+(:\d+)?|\[[\da-fA-F:]+\](:\d+)?", re.ASCII)


def docs_page(app: FastAPI, url: str, folder: str, openapi_url: str) -> Response:
    """Return the page, which is at `url`, and whose files are in `folder`.

    Each address in it is relative, so that it works behind a prefix that the application does not know.
    """
    redirect_url = app.swagger_ui_oauth2_redirect_url
    options = {
        "openapi": _relative(openapi_url, url),
        "root": _relative("/", url),
        "oauth2Redirect": redirect_url and _relative(redirect_url, url),
        "oauth": app.swagger_ui_init_oauth,
        "parameters": {**_DEFAULTS, **(app.swagger_ui_parameters or {})},
    }
    page = _filled("page.html", _relative(folder, url), title=app.title, options=json.dumps(jsonable_encoder(options)))
    return _html(page, _sources(app.openapi()))


def oauth2_redirect_page(app: FastAPI, url: str, folder: str) -> Response:
    """Return the page that an authorization server leads back to. It hands the server's answer to the other page."""
    return _html(_filled("oauth2_redirect.html", _relative(folder, url), title=app.title), [])


def _filled(name: str, folder: str, **values: str) -> str:
    def address(match: re.Match[str]) -> str:
        return f'"{escape(folder)}/{match["file"]}?{read_file(match["file"]).digest}"'

    template = Path(__file__).with_name(name).read_text(encoding="utf-8")
    template = re.sub(r'"FILES/(?P<file>[^"]+)"', address, template)
    return Template(template).substitute({key: escape(value) for key, value in values.items()})


def _html(page: str, sources: list[str]) -> Response:
    headers = {
        "cache-control": "no-cache",
        "content-security-policy": _POLICY + " ".join(["'self'", *sources]),
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    return Response(page, headers=headers, media_type="text/html; charset=utf-8")


def _relative(path: str, base: str) -> str:
    """Return a path as it is seen from a page at another path, both in one application."""
    return relpath(path, dirname(base))


def _sources(document: dict[str, Any]) -> list[str]:
    """Return the other origins that the page may call: servers and authorization servers that the document names."""
    found = set()
    for url in _urls(document):
        parts = urlsplit(url)
        if parts.scheme in ("http", "https"):
            # A host with a variable in it can be any.
            found.add(f"{parts.scheme}://{parts.netloc}" if _HOST.fullmatch(parts.netloc) else f"{parts.scheme}:")
    return sorted(found)


def _urls(document: dict[str, Any]) -> Iterator[str]:
    for server in document.get("servers", ()):
        yield server["url"]
    for scheme in document.get("components", {}).get("securitySchemes", {}).values():
        yield scheme.get("openIdConnectUrl", "")
        for flow in scheme.get("flows", {}).values():
            yield from (flow.get("tokenUrl", ""), flow.get("refreshUrl", ""))
