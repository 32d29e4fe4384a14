"""Health: whether the process is alive, and whether it may be sent requests."""

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.types import Scope

from lambda_app import __version__
from lambda_app.rest.problems import responses
from lambda_app.rest.readiness import NotReady, Readiness

router = APIRouter(tags=["health"])

# What load balancers and container platforms ask. Both are answered however busy the server is.
PATHS = {"/health", "/ready"}


class Health(BaseModel):
    """The answer of an application that is alive, or ready."""

    status: Literal["ok"]
    version: str


# The lower decorator runs first, and its route serves both methods. The upper one is for OpenAPI, where every operation
# needs a name of its own.
@router.get("/health")
@router.api_route("/health", methods=["GET", "HEAD"], include_in_schema=False)
async def health() -> Health:
    """Say that the application is alive, and which version it is."""
    return Health(status="ok", version=__version__)


@router.get("/ready", responses=responses(NotReady))
@router.api_route("/ready", methods=["GET", "HEAD"], include_in_schema=False, responses=responses(NotReady))
async def ready(request: Request) -> Health:
    """Say that the application may be sent requests: it has started, is not shutting down, and its parts answer."""
    readiness: Readiness | None = getattr(request.app, "readiness", None)
    if readiness is not None:  # an application of FastAPI's own has none
        await readiness.ask()
    return Health(status="ok", version=__version__)


def is_probe(scope: Scope) -> bool:
    """Tell whether a request asks for health, behind whatever prefix the server has been told (ASGI's `root_path`)."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "")) in PATHS
