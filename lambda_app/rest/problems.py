"""Errors as a client sees them: one set of exception handlers, and their documentation in OpenAPI."""

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import MAX_BODY_SIZE_SCOPE_KEY, RequestBodyLimitMiddleware
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from lambda_app.contract.errors import (
    NOT_JSON,
    described,
    located,
    not_json,
    not_valid,
    pointer,
    too_large,
    unsupported_media_type,
)
from lambda_app.contract.problem import (
    MAX_ERRORS,
    MEDIA_TYPE,
    InvalidInput,
    Problem,
    ProcessingFailed,
    error_code,
    refusal_in,
)
from lambda_app.rest.body import UNREAD_BODY, is_json, refusal_of

logger = logging.getLogger(__name__)

# Where a request's scope has the code of the problem that answered it, for the log.
ERROR_CODE = "lambda_app.error_code"

EMPTY = "Invalid JSON: EOF while parsing a value at line 1 column 0"  # what the reader says of an empty body
_PARAMETERS = {"query": "parameter", "path": "parameter", "header": "header", "cookie": "cookie"}


def documented(description: str, example: Problem | None = None) -> dict[str, Any]:
    """Return what FastAPI's `responses=` takes for a problem document; the application adds its schema to OpenAPI."""
    content: dict[str, Any] = {"example": example.document} if example else {}
    return {"description": description, "content": {MEDIA_TYPE: content}}


def responses(*refusals: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """Return what FastAPI's `responses=` takes for the problems that a route raises, by their status.

    Problems that share a status share its description.
    """
    found: dict[int | str, dict[str, Any]] = {}
    for refusal in refusals:
        text = (refusal.__doc__ or refusal.__name__).strip().partition("\n")[0]
        before = found.get(refusal.status)
        example = Problem(refusal.status, type=refusal.type, title=refusal.title)
        found[refusal.status] = documented(f"{before['description']} {text}" if before else text, example)
    return found


class ProblemResponse(Response):
    """A problem as an HTTP response, which leaves its code to the request log."""

    media_type = MEDIA_TYPE

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.json(), problem.status, dict(problem.headers))
        self._code = error_code(problem)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response."""
        scope[ERROR_CODE] = self._code
        await super().__call__(scope, receive, send)


def problem_response(problem: Problem) -> Response:
    """Return a problem as an HTTP response."""
    return ProblemResponse(problem)


def log_failure(problem: Problem) -> None:
    """Log what a function raised, with its trace, unless it is a refusal."""
    if isinstance(problem, ProcessingFailed):
        logger.error("processing failed", exc_info=problem.cause)


def log_invalid_response(error: ResponseValidationError) -> None:
    """Log what is wrong with a route's response, but none of its content, which the error's own text repeats."""
    found = [f"{pointer(each['loc'][1:])}: {each['type']}" for each in error.errors()[:MAX_ERRORS]]
    logger.error("the response of %s is not what it promises: %s", error.endpoint_path, "; ".join(found))


async def on_problem(_: Request, error: Problem) -> Response:
    """Answer a refusal that an endpoint function or a route raises."""
    log_failure(error)
    return problem_response(error)


async def on_http_exception(request: Request, error: HTTPException) -> Response:
    """Answer an HTTPException, whether FastAPI or your own code raises it."""
    problem = refusal_in(error)
    if problem is None:  # not an error status: 304, for example
        return Response(status_code=error.status_code, headers=error.headers)
    if type(error).__module__ == RequestBodyLimitMiddleware.__module__:  # Starlette's own exception is not public
        problem = too_large(request.scope[MAX_BODY_SIZE_SCOPE_KEY])
    return problem_response(problem)


async def on_invalid_request(request: Request, error: RequestValidationError) -> Response:
    """Answer what FastAPI finds wrong with a request: 415 and 400 as for a document, else 422."""
    return problem_response(_refusal(request, error))


async def on_invalid_response(_: Request, error: ResponseValidationError) -> Response:
    """Answer 500, and log what is wrong with a route's response, but none of its content."""
    log_invalid_response(error)
    return problem_response(Problem(500))


async def on_disconnect(_: Request, __: ClientDisconnect) -> Response:
    """Answer for the request log alone: the client is gone."""
    return problem_response(InvalidInput(400, "The client went away before its request was read."))


async def on_exception(_: Request, __: Exception) -> Response:
    """Answer 500 without detail. The request log writes the trace."""
    return problem_response(Problem(500))


HANDLERS: Mapping[Any, Any] = {
    Problem: on_problem,
    HTTPException: on_http_exception,
    RequestValidationError: on_invalid_request,
    ResponseValidationError: on_invalid_response,
    ClientDisconnect: on_disconnect,
    Exception: on_exception,
}


def _refusal(request: Request, error: RequestValidationError) -> InvalidInput:
    body = [each for each in error.errors() if each["loc"][0] == "body"]
    # FastAPI leaves a body of another content type as bytes, and by default a body without one.
    if body and isinstance(error.body, bytes) and not (is_json(request) and "content-type" in request.headers):
        return unsupported_media_type()
    unread = request.scope.get(UNREAD_BODY)
    if body and body[0]["type"] == NOT_JSON and unread is None:
        return not_json(f"Invalid JSON: {body[0]['ctx']['error']}")
    if body and error.body is None and body[0]["type"] == "missing" and not _has_body(request):
        return not_json(EMPTY)
    found = [_described(each) for each in error.errors()[:MAX_ERRORS] if each["loc"][0] != "body"]
    count = len(error.errors()) - len(body)
    if unread is not None:
        refusal = refusal_of(unread, body)
        errors = [*found, *refusal.errors]
        return not_valid(errors, count + refusal.error_count, is_partial=refusal.is_partial)
    listed = [located({**each, "loc": each["loc"][1:]}, error.body) for each in body[:MAX_ERRORS]]
    return not_valid(found + listed, count + len(body))


def _described(error: Mapping[str, Any]) -> dict[str, str]:
    place, *names = error["loc"]
    return {_PARAMETERS.get(place, "parameter"): pointer(names)[2:], **described(error)}


def _has_body(request: Request) -> bool:
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
