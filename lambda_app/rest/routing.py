"""Routes whose bodies are Documents, read by the one reader (FastAPI: "Custom Request and APIRoute class")."""

from collections.abc import Callable, Coroutine
from inspect import signature
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.datastructures import Default
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from lambda_app.contract.problem import Problem
from lambda_app.rest.body import UNREAD_BODY, DocumentRequest, UnreadBody, decoded, is_json
from lambda_app.rest.problems import on_invalid_request, problem_response
from lambda_app.rest.reading import dependant_of, reading, reading_dependency, takes_documents

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class DocumentRoute(APIRoute):
    """FastAPI's route, except that a body made of Documents is read as at every other door.

    Without such a body, it behaves as FastAPI's route does.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:  # noqa: ANN401 (FastAPI's own)
        dependencies = options.get("dependencies") or ()
        dependant = dependant_of(endpoint)
        dependants = [dependant, *(dependant_of(each.dependency) for each in dependencies)]
        self.takes_documents = any(takes_documents(each) for each in dependants)
        if self.takes_documents:
            endpoint = reading(endpoint, dependant)
            options["dependencies"] = [reading_dependency(each) for each in dependencies]
            options["strict_content_type"] = False  # a missing content type counts as JSON at every door
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Handler:
        """Return FastAPI's handler. It gets the body unread where a Document is in it."""
        handler = super().get_route_handler()
        if not self.takes_documents:
            return handler

        async def handle(request: Request) -> Response:
            # The override of a dependency is not Reading, so it gets the decoded body.
            is_unread = is_json(request) and not request.app.dependency_overrides
            try:
                return await handler(DocumentRequest(request) if is_unread else request)
            except RequestValidationError as error:
                if isinstance(error.body, UnreadBody):
                    request.scope[UNREAD_BODY] = error.body
                    # The template's own handler needs no decoded body, which takes as long as to read it.
                    if request.app.exception_handlers.get(RequestValidationError) is not on_invalid_request:
                        error.body = decoded(error.body)
                raise
            except Problem as problem:
                if Problem in request.app.exception_handlers:
                    raise
                return problem_response(problem)  # the application is FastAPI's own, which has no handler for it

        return handle


def adopt(router: APIRouter) -> None:
    """Convert the routes that take Documents, in a router and in those that it includes, to DocumentRoutes.

    The application calls this for the routers that it includes, because a plain APIRouter makes FastAPI's own routes.
    Raises TypeError for a route of a custom class that does not derive from DocumentRoute.
    """
    if router.route_class is APIRoute:
        router.route_class = DocumentRoute
    for route in router.routes:
        if included := getattr(route, "original_router", None):
            adopt(included)
            guards = getattr(route, "include_context").dependencies  # noqa: B009 (FastAPI's class is not public)
            guards[:] = [reading_dependency(each) for each in guards]
            router._mark_routes_changed()  # noqa: SLF001 (FastAPI has no public name for it)
        elif (
            isinstance(route, APIRoute)
            and not isinstance(route, DocumentRoute)
            and takes_documents(dependant_of(route.endpoint))
        ):
            _convert(router, route)


def _convert(router: APIRouter, route: APIRoute) -> None:
    if type(route) is not APIRoute:
        raise TypeError(f"{route.path}: derive {type(route).__name__} from DocumentRoute, which reads its Document")
    # In place, because the same route may be in several routers.
    arguments = {name: getattr(route, name) for name in signature(APIRoute).parameters}
    if route.stream_item_type is not None:
        arguments["response_model"] = Default(None)  # so that FastAPI takes the type of the items again
    route.__class__ = DocumentRoute
    route.__init__(**arguments)  # type: ignore[misc] # (the same object, made again)
    # FastAPI caches what it makes of an included router's routes until it is told that they have changed.
    router._mark_routes_changed()  # noqa: SLF001 (FastAPI has no public name for it)
