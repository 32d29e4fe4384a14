"""Health: whether the process is alive."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.types import Scope

from lambda_app import __version__

router = APIRouter(tags=["health"])

# What load balancers and container platforms ask. Both are answered however busy the server is.
PATHS = {"/health", "/ready"}


class Health(BaseModel):
    """The answer of a live application."""

    status: Literal["ok"]
    version: str


# The lower decorator runs first, and its route serves both methods. The upper one is for OpenAPI, where every operation
# needs a name of its own.
@router.get("/health")
@router.api_route("/health", methods=["GET", "HEAD"], include_in_schema=False)
async def health() -> Health:
    """Say that the application is alive, and which version it is."""
    return Health(status="ok", version=__version__)


def is_probe(scope: Scope) -> bool:
    """Tell whether a request asks for health, behind whatever prefix the server has been told (ASGI's `root_path`)."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "")) in PATHS
