"""What the log calls a request by: the route that it has reached, and the endpoint."""

from typing import Any

from starlette.routing import Mount
from starlette.types import Scope


def route_of(scope: Scope, root_path: str) -> str | None:
    """Return the route that a request has reached, such as `/customers/{number}`, or None where there is none.

    `root_path` is the one that the request arrived with (ASGI). What it has got since is the path of a mount.
    """
    mounted: str = scope.get("root_path", "").removeprefix(root_path)
    route = _route(scope)
    if route is None or isinstance(route, Mount):
        return f"{mounted}/{{path}}" if mounted else None
    return f"{mounted}{route.path}"


def endpoint_of(scope: Scope) -> str | None:
    """Return the name in ENDPOINTS of the endpoint that a request has reached, or None for any other route."""
    return getattr(scope.get("endpoint"), "endpoint_name", None)


def _route(scope: Scope) -> Any:  # noqa: ANN401 (a route of FastAPI or of Starlette)
    route = scope.get("route")
    # A route that is included with a prefix does not know it. FastAPI keeps the whole path here.
    included = scope.get("fastapi", {}).get("effective_route_context")
    if included is not None and route in (None, included.original_route):
        return included.starlette_route or included
    if route is None and "endpoint" in scope:  # FastAPI names only its own routes
        found = (each for each in scope["app"].routes if getattr(each, "endpoint", None) is scope["endpoint"])
        return next(found, None)
    return route
