"""The FastAPI application. It is yours, and reads like FastAPI's own documentation.

`Application` adds `POST /NAME` and `POST /NAME/batch` for every endpoint in `endpoints.py`. Add whatever else FastAPI
offers: routes, routers, dependencies, middleware, `lifespan`.
"""

from lambda_app import __version__
from lambda_app.endpoints import ENDPOINTS, resources
from lambda_app.rest import docs, health
from lambda_app.rest.application import Application

app = Application(
    ENDPOINTS,
    resources,
    title="lambda_app",
    summary="One typed function behind three doors: AWS Lambda, REST and the terminal.",
    version=__version__,
)
app.include_router(health.router)
app.include_router(docs.router)
