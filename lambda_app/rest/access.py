"""Keys: what a client of the HTTP doors sends, and is refused without (RFC 6750, "Bearer Token Usage")."""

from collections.abc import Collection, Iterable
from hmac import compare_digest

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from lambda_app.contract.key_hash import hashed
from lambda_app.contract.problem import Problem
from lambda_app.rest import docs, health
from lambda_app.rest.caller import CALLER, Caller
from lambda_app.rest.problems import problem_response
from lambda_app.settings import get_settings

_POLICY_VIOLATION = 1008  # RFC 6455, section 7.4.1
_PREFLIGHT = {b"origin", b"access-control-request-method"}


class KeyRequired(Problem):
    """No valid key."""

    status = 401
    headers = {"www-authenticate": "Bearer"}  # noqa: RUF012 (as in Problem)


class Access:
    """ASGI middleware that answers 401 to a request without a key in API_KEYS, before its body is read.

    It stands in front of the whole application, because dependencies do not guard mounted applications. Open are
    health, the documentation, and the preflights that a CORSMiddleware of the application's own answers. A scope that
    says who called has passed the check of another application, or AWS's.
    """

    def __init__(self, app: ASGIApp, whole: FastAPI, docs_routes: Collection[BaseRoute]) -> None:
        self.app = app
        self.whole = whole
        self.docs_routes = docs_routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection."""
        if scope["type"] != "lifespan" and CALLER not in scope:
            try:
                scope[CALLER] = holder(scope["headers"])
            except KeyRequired as refusal:
                if scope["type"] == "websocket" or not self._is_open(scope):
                    await _refuse(refusal, scope, receive, send)
                    return
                scope[CALLER] = None
        await self.app(scope, receive, send)

    def _is_open(self, scope: Scope) -> bool:
        if scope["method"] == "OPTIONS":
            is_preflight = {name for name, _ in scope["headers"]} >= _PREFLIGHT
            classes: list[object] = [middleware.cls for middleware in self.whole.user_middleware]
            return is_preflight and CORSMiddleware in classes
        return scope["method"] in {"GET", "HEAD"} and (health.is_probe(scope) or self._is_for_docs(scope))

    def _is_for_docs(self, scope: Scope) -> bool:
        """Tell whether a route of the documentation will answer. To compare paths would not do: `/` may be yours."""
        for route in self.whole.router.routes:
            if route.matches({**scope})[0] is Match.FULL:
                return route in self.docs_routes or getattr(route, "original_router", None) is docs.router
        return False


def holder(headers: Iterable[tuple[bytes, bytes]]) -> Caller:
    """Return who holds the key that a request brings. Raises KeyRequired where it brings none, or a wrong one."""
    scheme, _, token = _authorization(headers).strip().partition(b" ")
    if scheme.lower() != b"bearer":
        raise KeyRequired(detail="The request needs a key: `Authorization: Bearer KEY`.")
    digest = hashed(token.strip())
    settings = get_settings()
    name = None
    for key in settings.api_keys or settings.api_keys_file:
        # Every key is compared, in constant time, so that the time tells nothing of any of them.
        if compare_digest(key.digest, digest):
            name = key.name
    if name is None:
        raise KeyRequired(detail="The key is not valid.")
    return Caller(name, "key", {})


def _authorization(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the one Authorization field of a request. Several contradict each other (RFC 9110, section 5.3)."""
    found = None
    for name, value in headers:
        if name == b"authorization":
            if found is not None:
                raise KeyRequired(detail="The request has more than one Authorization field.")
            found = value
    return found or b""


async def _refuse(refusal: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {}):
        await problem_response(refusal)(scope, receive, send)
    else:  # the server answers 403
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
