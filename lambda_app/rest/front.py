"""What stands in front of an application where the settings ask for it: keys, and CORS. Nothing is imported before."""

from collections.abc import Collection, Mapping
from typing import Any

from fastapi import FastAPI
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from lambda_app.settings import get_settings

# What a page of CORS_ORIGINS may send and read. It sends a key by itself, and its browser no cookie.
_CORS: Mapping[str, Any] = {
    "allow_methods": ["*"],
    "allow_headers": ["*"],
    "expose_headers": ["retry-after", "www-authenticate", "x-request-id"],
}


def needs_key() -> bool:
    """Tell whether there are keys."""
    settings = get_settings()
    return bool(settings.api_keys or settings.api_keys_file)


def guarded(app: ASGIApp, whole: FastAPI, docs_routes: Collection[BaseRoute]) -> ASGIApp:
    """Return an application with what the settings put in front of it. CORS is outermost, so that a 401 has it, too."""
    if needs_key():
        from lambda_app.rest.access import Access  # noqa: PLC0415 (only where it is asked for)

        app = Access(app, whole, docs_routes)
    if origins := get_settings().cors_origins:
        from starlette.middleware.cors import CORSMiddleware  # noqa: PLC0415 (as above)

        app = CORSMiddleware(app, origins, **_CORS)
    return app


def add_access(document: dict[str, Any]) -> None:
    """Add the keys to an OpenAPI document, if there are keys."""
    if needs_key():
        from lambda_app.rest.access_schema import add_access_schema  # noqa: PLC0415 (as above)

        add_access_schema(document)
