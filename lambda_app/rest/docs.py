"""The routes of the documentation page, Swagger UI. What they answer is read only when it is asked for."""

from posixpath import relpath

from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from starlette.routing import BaseRoute

from lambda_app.settings import get_settings

router = APIRouter()


@router.get("/", include_in_schema=False)
async def root(request: Request) -> RedirectResponse:
    """Redirect to the page, relative to this address. Raises HTTPException where there is none."""
    docs_url = request.app.docs_url
    if not docs_url or not get_settings().docs:
        raise HTTPException(404)
    return RedirectResponse(relpath(docs_url, "/"))


def add_docs(app: FastAPI) -> list[BaseRoute]:
    """Add the OpenAPI document, the page at `docs_url`, and what else FastAPI's options ask for. Return the routes.

    Call it after the routes of the endpoints, so that no request for them is compared with these first.
    """
    before = len(app.router.routes)
    docs_url, app.docs_url = app.docs_url, None
    FastAPI.setup(app)  # but for FastAPI's own page
    app.docs_url = docs_url
    if docs_url and app.openapi_url:
        _add_page(app, docs_url, app.openapi_url)
    return app.router.routes[before:]


def _add_page(app: FastAPI, docs_url: str, openapi_url: str) -> None:
    """Add the page, its files, and the page that OAuth 2 redirects to."""
    redirect_url = app.swagger_ui_oauth2_redirect_url
    # A folder in which no route of yours is likely to be, even if the page is at the root.
    folder = f"{docs_url.rstrip('/')}/swagger-ui"

    async def docs(_: Request) -> Response:
        from lambda_app.rest.docs_page.page import docs_page  # noqa: PLC0415 (no request but this needs it)

        return docs_page(app, docs_url, folder, openapi_url)

    async def docs_file(request: Request) -> Response:
        from lambda_app.rest.docs_page.files import file_response  # noqa: PLC0415 (as above)

        return file_response(request.path_params["name"], request)

    app.add_route(docs_url, docs, include_in_schema=False)
    app.add_route(f"{folder}/{{name}}", docs_file, include_in_schema=False)
    if not redirect_url:
        return

    async def oauth2_redirect(_: Request) -> Response:
        from lambda_app.rest.docs_page.page import oauth2_redirect_page  # noqa: PLC0415 (as above)

        return oauth2_redirect_page(app, redirect_url, folder)

    app.add_route(redirect_url, oauth2_redirect, include_in_schema=False)
