"""The handler of everything: HTTP events go through the application, all others to an endpoint."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES
from starlette.types import Scope

from lambda_app.aws_lambda import log
from lambda_app.aws_lambda.event_handler import EventHandler
from lambda_app.aws_lambda.exchange import Exchange
from lambda_app.aws_lambda.kinds import Kind, kind_of
from lambda_app.aws_lambda.lifespan import Lifespan
from lambda_app.aws_lambda.payload import limit_of
from lambda_app.aws_lambda.requests import HttpApi, LoadBalancer, amend, body_of, posted, readable, unreadable
from lambda_app.aws_lambda.snapshot import start_up
from lambda_app.contract.deadline import Deadline
from lambda_app.contract.printable import printable
from lambda_app.contract.problem import MEDIA_TYPE
from lambda_app.contract.turns import TurnLoop
from lambda_app.rest.application import Application
from lambda_app.rest.caller import CALLER
from lambda_app.rest.request_log import REQUEST_ID

logger = logging.getLogger(__name__)

# Mangum writes every content type in base64 that it does not know as text.
_TEXT = [*DEFAULT_TEXT_MIME_TYPES, MEDIA_TYPE, "application/jsonl", "application/x-ndjson"]

_MAX_REASON = 200


class LambdaHandler:
    """The Lambda handler of an application: HTTP events and bare bodies go through it, all others to EventHandler.

    The application starts up here, once per process, on the event loop that serves every invocation. Raises what its
    start-up raises, and what EventHandler does.
    """

    def __init__(self, app: Application) -> None:
        log.set_up(REQUEST_ID)
        # The application logs a line for each request. Mangum's would be a second one.
        logging.getLogger("mangum").setLevel(logging.WARNING)
        self._app = app
        self._lifespan = Lifespan(app)
        # With a loop factory, the runner does not change what `asyncio.get_event_loop()` returns to a function.
        self._runner = asyncio.Runner(loop_factory=lambda: self._loop)
        self._events = EventHandler(app.endpoints, app.life, self._runner.run)
        self._path = f"/{quote(self._events.name)}"
        self._loop = TurnLoop()
        try:
            self._mangum = self._runner.run(self._adapter())
            start_up(self._start)
        except BaseException:
            self._runner.close()
            raise
        self._loop.is_kept = True

    def __call__(self, event: Any, context: Any) -> object:  # noqa: ANN401 (any JSON value; Lambda's context)
        """Answer an event; raises what EventHandler raises, and nothing for HTTP."""
        kind = kind_of(event)
        if kind is Kind.HTTP:
            return self._answer(event, context)
        if kind is Kind.BODY:
            # Who invokes the function directly has passed IAM, and needs no key.
            return self._answer(posted(event, self._path), context, {CALLER: None})
        return self._events.answer(kind, event, context)

    def close(self) -> None:
        """Shut the application down."""
        self._loop.is_kept = False
        with self._runner:
            self._runner.run(self._lifespan.stop())

    async def _adapter(self) -> Mangum:
        # A coroutine, because without a running event loop Mangum makes one that nobody closes. Its lifespan is off,
        # because it would start the application up and shut it down in every invocation.
        handlers: list[Any] = [LoadBalancer, HttpApi]  # in the order of Mangum's own
        return Mangum(self._app, lifespan="off", custom_handlers=handlers, text_mime_types=_TEXT)

    def _start(self) -> None:
        self._runner.run(self._lifespan.start())

    def _answer(
        self,
        event: dict[str, Any],
        context: Any,  # noqa: ANN401 (Lambda's own)
        known: Mapping[str, Any] = MappingProxyType({}),
    ) -> dict[str, Any]:
        """Answer an HTTP event: Mangum translates it, and the response. `known` is part of the scope."""
        try:
            request = self._mangum.infer(readable(event), context)
            scope = request.scope
            amend(scope)
            scope.update(known)
            exchange = Exchange(body_of(scope["aws.event"]), request, limit_of(event))
        except Exception as error:  # noqa: BLE001 (Mangum raises whatever it stumbles over)
            reason = printable(f"{type(error).__name__}: {error}"[:_MAX_REASON])
            logger.warning("the event cannot be made an HTTP request: %s", reason)
            return unreadable(event)
        scope["state"] = self._lifespan.state.copy()
        try:
            with Deadline.of(context):
                self._loop.run_until_complete(self._serve(scope, exchange))
        except BaseException:  # a task of the request may exit, and must not end the process
            logger.exception("unexpected error")
        return exchange.answer

    async def _serve(self, scope: Scope, exchange: Exchange) -> None:
        # The application has logged what it raises. `exchange` knows whether the response is complete.
        with suppress(BaseException):
            await self._app(scope, exchange.receive, exchange.send)
