"""Request bodies that FastAPI passes on unread, so that dependencies run before the reader."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from fastapi import Request
from pydantic import ValidationError, WrapValidator
from pydantic_core import from_json

from lambda_app.contract.bounds import check
from lambda_app.contract.document import Reader, encoded
from lambda_app.contract.errors import located, not_json, not_valid, pointer, unsupported_media_type
from lambda_app.contract.problem import MAX_ERRORS, InvalidInput
from lambda_app.rest.large_bodies import LARGE, turn

# Where the application finds the body of a request that FastAPI refuses.
UNREAD_BODY = "lambda_app.unread_body"


def is_json(request: Request) -> bool:
    """Tell whether a request's content type is JSON. A missing one counts as JSON."""
    essence = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return not essence or essence == "application/json" or (essence[:12] == "application/" and essence[-5:] == "+json")


class UnreadBody:
    """A JSON body, or a member of one, that the reader has not read yet.

    FastAPI calls `get` for each body parameter of a route that has several. The reader's errors are kept here, because
    pydantic rewords errors that pass through another validator. All other names begin with an underscore, and `getattr`
    fails: pydantic would otherwise take a missing attribute for a missing field, and let defaults pass for a body.
    """

    def __init__(self, data: bytes, name: str | None = None, parent: "UnreadBody | None" = None) -> None:
        self._data = data
        self._location = () if name is None else (name,)
        self._whole = parent or self
        self._refused: dict[tuple[str, ...], InvalidInput] = {}

    def __getattr__(self, name: str) -> NoReturn:
        raise RuntimeError(f"the body has not been read, and has no {name}")

    def get(self, name: str, default: object) -> object:
        """Return a member of the body. Raises AttributeError, as FastAPI expects, where the body is no object."""
        value = decoded(self)
        if not isinstance(value, dict):
            raise AttributeError(name)  # noqa: TRY004 (FastAPI's own rule)
        return UnreadBody(encoded(value[name]), name, self) if name in value else default


def decoded(body: UnreadBody) -> Any:  # noqa: ANN401 (any JSON value)
    """Return the value of a body. Raises InvalidInput where it is not JSON, or out of bounds."""
    check(body._data)  # noqa: SLF001 (see the class)
    try:
        return from_json(body._data)  # noqa: SLF001 (see the class)
    except ValueError as error:
        raise not_json(f"Invalid JSON: {error}") from None


def refusal_of(body: UnreadBody, reported: Sequence[Mapping[str, Any]]) -> InvalidInput:
    """Return the refusal of a body, in the reader's own words for the parts that it has read.

    `reported` are the errors that FastAPI reports for the body.
    """
    refused = body._refused  # noqa: SLF001 (see the class)
    listed = [
        {**error, "pointer": pointer(location) + error["pointer"].removeprefix("#")}
        for location, problem in refused.items()
        for error in problem.errors
    ]
    others = [
        error for error in reported if not any(error["loc"][1 : 1 + len(location)] == location for location in refused)
    ]
    if others:
        value = decoded(body)
        listed += [located({**error, "loc": error["loc"][1:]}, value) for error in others[:MAX_ERRORS]]
    count = sum(problem.error_count for problem in refused.values()) + len(others)
    return not_valid(listed, count, is_partial=any(problem.is_partial for problem in refused.values()))


class DocumentRequest(Request):
    """A request whose body FastAPI gets unread. Later callers get what the route's own request returns."""

    def __init__(self, request: Request) -> None:
        super().__init__(request.scope, request.receive)
        self._request = request
        self._is_handed_on = False

    async def body(self) -> bytes:
        """Return the body, which the route's own request keeps, for an exception handler that asks it."""
        return await self._request.body()

    async def json(self) -> Any:  # noqa: ANN401 (as Starlette's)
        """Return the body: unread for FastAPI, which asks first, and decoded for everyone after it."""
        if self._is_handed_on:
            return await self._request.json()
        self._is_handed_on = True
        body = await self.body()
        if len(body) > LARGE:
            await turn()
        return UnreadBody(body)


def reading_validator(reader: Reader[Any]) -> WrapValidator:
    """Return the validator of a body parameter that is made of Documents: the reader of every door."""

    def read(value: Any, _: object) -> Any:  # noqa: ANN401 (any JSON value; what the parameter's type makes of it)
        if isinstance(value, bytes):  # FastAPI leaves every content type but JSON as bytes
            raise unsupported_media_type()
        body = value if isinstance(value, UnreadBody) else UnreadBody(encoded(value))
        data = body._data  # noqa: SLF001 (see the class)
        try:
            return reader.parse(data)
        except ValidationError as error:
            problem = reader.refusal(error, data)
            if problem.status == 400:  # noqa: PLR2004 (not JSON at all)
                raise problem from None
            body._whole._refused[body._location] = problem  # noqa: SLF001 (see the class)
            raise

    return WrapValidator(read)


def plain(value: Any, handler: Callable[[Any], Any]) -> Any:  # noqa: ANN401 (any JSON value)
    """Validate the decoded value of a body parameter beside a Document, as FastAPI does."""
    return handler(decoded(value) if isinstance(value, UnreadBody) else value)
