"""The route of an endpoint, `POST /NAME`, and its short way through FastAPI."""

from inspect import Parameter, Signature
from typing import Any

from fastapi import Request, Response
from fastapi.datastructures import DefaultPlaceholder
from fastapi.telemetry import get_telemetry_data
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from lambda_app.contract.document import read
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.errors import not_json, refused
from lambda_app.contract.life import Life
from lambda_app.contract.problem import Problem
from lambda_app.rest import threads
from lambda_app.rest.body import is_json
from lambda_app.rest.problems import EMPTY, documented, responses, unsupported_media_type
from lambda_app.rest.routing import DocumentRoute, Handler


class EndpointFunction:
    """An endpoint's function as FastAPI sees it: it takes the document alone, and never blocks the event loop."""

    def __init__(self, endpoint: Endpoint, life: Life) -> None:
        self.endpoint = endpoint
        self.life = life
        self.__name__ = endpoint.function.__name__
        self.__doc__ = endpoint.function.__doc__
        self.__module__ = endpoint.function.__module__
        request = Parameter("request", Parameter.POSITIONAL_OR_KEYWORD, annotation=endpoint.request)
        self.__signature__ = Signature([request], return_annotation=endpoint.response)

    async def __call__(self, request: BaseModel) -> Any:  # noqa: ANN401 (the endpoint's response model)
        """Return the function's response; raises what the function raises."""
        return await threads.call(self.life, self.endpoint, request)


class EndpointRoute(DocumentRoute):
    """The route of an endpoint: FastAPI's, with a short way for the requests that need nothing else of FastAPI.

    FastAPI's handler takes twice as long as reading, calling and writing. It is left out only where the application
    itself has the route, and neither it nor the route has dependencies, so that what guards a request, wherever the
    route is included, always runs.
    """

    function: EndpointFunction
    # Whether FastAPI was told nothing of the response, which is what the endpoint writes then.
    is_plain = False
    is_included: bool | None = None

    def __init__(self, path: str, endpoint: EndpointFunction, **options: Any) -> None:  # noqa: ANN401 (FastAPI's own)
        self.function = endpoint
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Handler:
        """Return the handler. FastAPI asks once for the route itself, and again for each place it is included in."""
        whole = super().get_route_handler()
        if self.is_included is not None:
            self.is_included = True
            return whole
        self.is_included = False
        self.is_plain = (
            isinstance(self.response_class, DefaultPlaceholder)
            and self.response_model is self.function.endpoint.response
            and self.status_code is None
            and self.response_model_include is self.response_model_exclude is None
            and self.response_model_by_alias
            and not self.response_model_exclude_unset
            and not self.response_model_exclude_defaults
            and not self.response_model_exclude_none
        )

        async def handle(request: Request) -> Response:
            return await (self.answer(request) if self.is_direct(request) else whole(request))

        return handle

    def is_direct(self, request: Request) -> bool:
        """Tell whether the short way gives the answer that FastAPI's handler would give."""
        return (
            self.is_plain
            and not self.is_included
            and not self.dependant.dependencies
            and any(route is self for route in request.app.router.routes)
            and not request.app.router.dependencies
            and get_telemetry_data() is None
        )

    async def answer(self, request: Request) -> Response:
        """Read the document, call the function, and write its response."""
        endpoint = self.function.endpoint
        body = await whole_body(request)
        if not is_json(request):
            raise unsupported_media_type(["application/json"])
        document = read(endpoint.request.model_validate_json, body)
        return Response(endpoint.write(await self.function(document)), media_type="application/json")


async def whole_body(request: Request) -> bytes:
    """Return the body of a request. Raises ClientDisconnect where the client goes away before it is whole."""
    body = b""
    more = True
    while more:  # not request.stream(), which takes longer than all the rest of this
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def endpoint_options(endpoint: Endpoint) -> dict[str, Any]:
    """Return what FastAPI's `add_api_route` takes for an endpoint."""
    missing = refused([{"loc": ("message",), "type": "missing", "msg": "Field required"}], {})
    return {
        "methods": ["POST"],
        "route_class_override": EndpointRoute,
        "summary": endpoint.description.partition("\n")[0] or None,
        "responses": {
            400: documented("Empty, not JSON, not UTF-8, or nested too deeply", not_json(EMPTY)),
            413: documented("Larger than MAX_BODY_BYTES"),
            415: documented("Another content type", unsupported_media_type(["application/json"])),
            422: documented("JSON that the request model refuses", missing),
            500: documented("The processing failed", Problem(500)),
            **responses(*endpoint.refuses),
        },
    }
