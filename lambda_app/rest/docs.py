"""The routes of the documentation page, Swagger UI. What they answer is read only when it is asked for."""

from fastapi import FastAPI, Request, Response


def add_docs(app: FastAPI) -> None:
    """Add the page at `docs_url`, its files, and the page that OAuth 2 redirects to, as FastAPI's options say.

    Call it after the routes of the endpoints, so that no request for them is compared with these first.
    """
    docs_url, openapi_url, redirect_url = app.docs_url, app.openapi_url, app.swagger_ui_oauth2_redirect_url
    if not docs_url or not openapi_url:
        return
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
