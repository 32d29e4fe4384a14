"""The FastAPI application. It is yours, and reads like FastAPI's own documentation.

`Application` adds `POST /NAME` and `POST /NAME/batch` for every endpoint in `endpoints.py`. Add whatever else FastAPI
offers: routes, routers, dependencies, middleware, `lifespan`.
"""

from fastapi.responses import RedirectResponse

from lambda_app import __version__
from lambda_app.endpoints import ENDPOINTS, resources
from lambda_app.rest import health
from lambda_app.rest.application import Application

app = Application(
    ENDPOINTS,
    resources,
    title="lambda_app",
    summary="One typed function behind three doors: AWS Lambda, REST and the terminal.",
    version=__version__,
)
app.include_router(health.router)


@app.get("/", include_in_schema=False)
async def root() -> RedirectResponse:
    """Redirect to the documentation, relative to this address."""
    return RedirectResponse("docs")
