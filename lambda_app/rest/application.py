"""The FastAPI application that keeps the contract of this project."""

import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.environment import SettingsError
from lambda_app.contract.life import Life, Resources
from lambda_app.rest import log, threads
from lambda_app.rest.batch import BatchFunction, batch_options
from lambda_app.rest.docs import add_docs
from lambda_app.rest.endpoints import EndpointFunction, endpoint_options
from lambda_app.rest.front import add_access, guarded
from lambda_app.rest.load import Load
from lambda_app.rest.problems import HANDLERS, documented
from lambda_app.rest.readiness import Check, Readiness
from lambda_app.rest.request_log import RequestLog
from lambda_app.rest.routing import DocumentRoute, adopt
from lambda_app.rest.size_limit import SizeLimitProblem
from lambda_app.settings import get_settings

Lifespan = Callable[[Any], AbstractAsyncContextManager[Any]]

# The contract answers 404 where FastAPI would redirect for a slash. ReDoc would come from another origin.
_DEFAULTS: Mapping[str, Any] = {"redirect_slashes": False, "redoc_url": None}


class Application(FastAPI):
    """FastAPI with two routes for every endpoint, one error contract, and the request log.

    Takes every option of FastAPI, with FastAPI's meaning. `resources` are opened before the application's own
    `lifespan` starts, and closed after it has ended. `checks` tell `/ready` whether what the application
    needs still answers: a function for each part, by its name, which gets the resources where it has a parameter.
    """

    def __init__(
        self,
        endpoints: Mapping[str, Endpoint],
        resources: Resources | None = None,
        *,
        checks: Mapping[str, Check] | None = None,
        **options: Any,  # noqa: ANN401 (FastAPI's own)
    ) -> None:
        self.endpoints = endpoints
        self.life = Life(resources)
        self.life.check(endpoints.values())
        self.readiness = Readiness(self.life, checks or {})
        handlers = options.pop("exception_handlers", None) or {}
        responses = options.pop("responses", None) or {}
        super().__init__(
            exception_handlers={**HANDLERS, **handlers},
            responses={"default": documented("A problem (RFC 9457)"), **responses},
            **{**_DEFAULTS, **options},
        )
        self.router.lifespan_context = self._with_life(self.router.lifespan_context)
        self.router.route_class = DocumentRoute
        for name, endpoint in endpoints.items():
            function, batch = EndpointFunction(name, endpoint, self.life), BatchFunction(name, endpoint, self.life)
            self.router.add_api_route(f"/{name}", function, **endpoint_options(name, endpoint))
            self.router.add_api_route(f"/{name}/batch", batch, **batch_options(name))
        self.docs_routes = add_docs(self)

    def setup(self) -> None:
        """Add nothing yet, where FastAPI adds the routes of the documentation: see `add_docs`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection, or start up and shut down. A wrong setting ends the start with one line that names it."""
        if scope["type"] != "lifespan":
            await super().__call__(scope, receive, send)
            return
        # Made again, because the settings may be others than at an earlier start, as after SnapStart's restore.
        self.middleware_stack = None
        is_told = False

        async def send_in_one_line(message: Message) -> None:
            nonlocal is_told
            # Starlette sends the trace of what a lifespan raises, and raises that again.
            is_told = True
            error = sys.exception()
            if message["type"] == "lifespan.startup.failed" and isinstance(error, SettingsError):
                message = {**message, "message": f"lambda_app: error: {error}"}
            await send(message)

        try:
            await super().__call__(scope, receive, send_in_one_line)
        except SettingsError:  # raised before Starlette starts up: building the middleware needs a setting
            if not is_told:
                await send_in_one_line({"type": "lifespan.startup.failed"})
            raise

    def include_router(self, router: APIRouter, **options: Any) -> None:  # noqa: ANN401 (FastAPI's own)
        """Include a router, as FastAPI does. Documents in its routes' bodies are read as at every door."""
        super().include_router(router, **options)
        adopt(self.router)

    def build_middleware_stack(self) -> ASGIApp:
        """Return the application with its middleware. The request log is outermost, around any that you add."""
        adopt(self.router)  # a router may have been given others after it was included here
        settings = get_settings()
        if self.max_body_size is None:
            self.max_body_size = settings.max_body_bytes
        if not settings.docs:
            self.router.routes[:] = [route for route in self.router.routes if route not in self.docs_routes]
        app = Load(SizeLimitProblem(super().build_middleware_stack()), settings.max_requests, settings.request_timeout)
        return RequestLog(guarded(app, self, self.docs_routes))

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, with the schema of problems and examples of requests in it."""
        from lambda_app.rest.examples import add_examples  # noqa: PLC0415 (no request but this needs it)
        from lambda_app.rest.problem_schema import add_problem_schema  # noqa: PLC0415 (as above)

        before, document = self.openapi_schema, super().openapi()
        if document is not before:  # FastAPI makes a new one where routes have been added
            add_access(document)
            add_problem_schema(document)
            add_examples(document, self.endpoints)
        return document

    def _with_life(self, lifespan: Lifespan) -> Lifespan:
        @asynccontextmanager
        async def whole_lifespan(app: Any) -> AsyncIterator[Any]:  # noqa: ANN401 (FastAPI's own)
            log.set_up()
            await self.life.open()
            try:
                async with lifespan(app) as state:
                    with self.readiness.started():
                        yield state
            finally:
                await self.life.close()
                threads.shut_down()
                log.write_out()

        return whole_lifespan
