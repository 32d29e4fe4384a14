"""Routes whose bodies are Documents, read by the one reader (FastAPI: "Custom Request and APIRoute class")."""

from collections.abc import Callable, Coroutine
from inspect import signature
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from lambda_app.rest.body import DocumentRequest
from lambda_app.rest.reading import dependant_of, reading, reading_dependency, takes_documents

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class DocumentRoute(APIRoute):
    """FastAPI's route, which reads a body made of Documents as every other door does.

    A route without such a body is FastAPI's alone.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:  # noqa: ANN401 (FastAPI's own)
        dependencies = options.get("dependencies") or ()
        dependant = dependant_of(endpoint)
        dependants = [dependant, *(dependant_of(each.dependency) for each in dependencies)]
        self.takes_documents = any(takes_documents(each) for each in dependants)
        if self.takes_documents:
            endpoint = reading(endpoint, dependant)
            options["dependencies"] = [reading_dependency(each) for each in dependencies]
        # No content type counts as JSON, at every door.
        super().__init__(path, endpoint, **{**options, "strict_content_type": False})

    def get_route_handler(self) -> Handler:
        """Return FastAPI's handler, which gets the body unread where a Document is in it."""
        handler = super().get_route_handler()
        if not self.takes_documents:
            return handler

        async def handle(request: Request) -> Response:
            return await handler(DocumentRequest(request.scope, request.receive))

        return handle


def adopt(router: APIRouter) -> None:
    """Make the routes of a router, and of those that it includes, DocumentRoutes where a Document is in their body.

    So does the application with what is included in it, because APIRouter has no such routes by itself. Raises
    TypeError for a route of another class that a person has made.
    """
    if router.route_class is APIRoute:
        router.route_class = DocumentRoute
    for route in router.routes:
        if included := getattr(route, "original_router", None):
            adopt(included)
        elif (
            isinstance(route, APIRoute)
            and not isinstance(route, DocumentRoute)
            and takes_documents(dependant_of(route.endpoint))
        ):
            _convert(router, route)


def _convert(router: APIRouter, route: APIRoute) -> None:
    if type(route) is not APIRoute:
        raise TypeError(f"{route.path}: derive {type(route).__name__} from DocumentRoute, which reads its Document")
    # In place, because the same route may stand in several routers.
    arguments = {name: getattr(route, name) for name in signature(APIRoute).parameters}
    route.__class__ = DocumentRoute
    route.__init__(**arguments)  # type: ignore[misc] # (the same object, made again)
    # FastAPI remembers what it has made of the routes of an included router until their number changes.
    router._mark_routes_changed()  # noqa: SLF001 (FastAPI has no public name for it)
