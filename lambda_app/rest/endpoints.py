"""The route of an endpoint, `POST /NAME`, and its fast path through FastAPI."""

from inspect import Parameter, Signature
from typing import Any

from fastapi import Request, Response
from fastapi.datastructures import DefaultPlaceholder
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import get_telemetry_data
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.errors import not_json, refused, unsupported_media_type
from lambda_app.contract.life import Life
from lambda_app.contract.problem import Problem
from lambda_app.rest import threads
from lambda_app.rest.body import is_json
from lambda_app.rest.large_bodies import LARGE, turn
from lambda_app.rest.problems import EMPTY, HANDLERS, documented, responses
from lambda_app.rest.routing import DocumentRoute, Handler

# The fast path refuses a body as these do. A person who registers others has them called by FastAPI's handler.
_KEPT = {error: HANDLERS[error] for error in (Problem, RequestValidationError)}


class EndpointFunction:
    """An endpoint's function as FastAPI sees it: it takes the document alone, and never blocks the event loop."""

    def __init__(self, name: str, endpoint: Endpoint, life: Life) -> None:
        self.endpoint_name = name
        self.endpoint = endpoint
        self.life = life
        self.__name__ = endpoint.function.__name__
        # FastAPI's description: what the summary, the docstring's first line, does not say already.
        self.__doc__ = endpoint.description.partition("\n")[2]
        self.__module__ = endpoint.function.__module__
        # Under the function's own name, because FastAPI takes body parameters of one name for one body.
        document = Parameter(endpoint.parameter, Parameter.KEYWORD_ONLY, annotation=endpoint.request)
        self.__signature__ = Signature([document], return_annotation=endpoint.response)

    async def __call__(self, **documents: BaseModel) -> Any:  # noqa: ANN401 (the endpoint's response model)
        """Return the function's response; raises what the function raises."""
        return await self.call(documents[self.endpoint.parameter])

    async def call(self, document: BaseModel) -> Any:  # noqa: ANN401 (the endpoint's response model)
        """Return the function's response to a document, as `__call__` does."""
        return await threads.call(self.life, self.endpoint, document)


class EndpointRoute(DocumentRoute):
    """The route of an endpoint: FastAPI's, with a fast path for requests that need nothing else of FastAPI.

    FastAPI's handler takes twice as long as reading, calling and writing alone. The fast path skips it only where the
    route is the application's own, and neither of the two has dependencies. So every guard runs, wherever the route is
    included.
    """

    function: EndpointFunction
    # Whether the route sets no option for the response, so that FastAPI would send what the endpoint writes.
    is_plain = False
    is_included: bool | None = None

    def __init__(self, path: str, endpoint: EndpointFunction, **options: Any) -> None:  # noqa: ANN401 (FastAPI's own)
        self.function = endpoint
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Handler:
        """Return the handler. FastAPI asks once for the route itself, and again for each inclusion."""
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
        """Tell whether the fast path gives the answer that FastAPI's handler would give."""
        return (
            self.is_plain
            and not self.is_included
            and not self.dependant.dependencies
            and any(route is self for route in request.app.router.routes)
            and not request.app.router.dependencies
            and _KEPT.items() <= request.app.exception_handlers.items()
            and get_telemetry_data() is None
        )

    async def answer(self, request: Request) -> Response:
        """Read the document, call the function, and write its response."""
        endpoint = self.function.endpoint
        body = await whole_body(request)
        if not is_json(request):
            raise unsupported_media_type()
        if len(body) > LARGE:
            await turn()
        document = endpoint.reader.read(body)
        return Response(endpoint.write(await self.function.call(document)), media_type="application/json")


async def whole_body(request: Request) -> bytes:
    """Return the body of a request, as `request.body()` does, without the asynchronous generator that it takes.

    The request keeps it as FastAPI's documentation shows ("Custom Request and APIRoute class"), for an exception
    handler that asks for it. Raises ClientDisconnect where the client goes away before the body is whole.
    """
    body = b""
    more = True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
    request._body = body  # noqa: SLF001 (its documented place)
    return body


def endpoint_options(name: str, endpoint: Endpoint) -> dict[str, Any]:
    """Return what FastAPI's `add_api_route` takes for an endpoint of a name."""
    (field, *_) = [*endpoint.request.model_fields, ""]
    missing = refused([{"loc": (field,), "type": "missing", "msg": "Field required"}], {})
    return {
        "methods": ["POST"],
        "route_class_override": EndpointRoute,
        "tags": [name],
        "summary": endpoint.description.partition("\n")[0] or None,
        "responses": {
            400: documented("Empty, not JSON, not UTF-8, or nested too deeply", not_json(EMPTY)),
            413: documented("Larger than MAX_BODY_BYTES, or more arrays and objects than MAX_CONTAINERS", Problem(413)),
            415: documented("Another content type", unsupported_media_type()),
            422: documented("JSON that the request model refuses", missing),
            500: documented("The processing failed", Problem(500)),
            **responses(*endpoint.refuses),
        },
    }
