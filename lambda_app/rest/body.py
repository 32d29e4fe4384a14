"""A request's body on its way through FastAPI: handed on unread, so that dependencies come before the reader."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import Request
from pydantic import ValidationError, WrapValidator
from pydantic_core import from_json

from lambda_app.contract.document import encoded, parse, refusal
from lambda_app.contract.errors import located, not_json, pointer
from lambda_app.contract.problem import MAX_ERRORS, InvalidInput

_MISSING = object()


def is_json(request: Request) -> bool:
    """Tell whether a request's content type is JSON; none at all counts as JSON."""
    essence = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return not essence or essence == "application/json" or (essence[:12] == "application/" and essence[-5:] == "+json")


class UnreadBody:
    """A JSON body, or a member of one, that its reader has not seen yet.

    FastAPI asks `get` for the members where a route has several body parameters. What the reader finds wrong is kept
    here, because pydantic words errors anew when they pass through another validator.
    """

    def __init__(self, data: bytes, name: str | None = None, parent: "UnreadBody | None" = None) -> None:
        self.data = data
        self.location = () if name is None else (name,)
        self.whole = parent or self
        self.refused: dict[tuple[str, ...], InvalidInput] = {}

    def value(self) -> Any:  # noqa: ANN401 (any JSON value)
        """Return the decoded value. Raises InvalidInput where it is not JSON."""
        try:
            return from_json(self.data)
        except ValueError as error:
            raise not_json(f"Invalid JSON: {error}") from None

    def get(self, name: str, default: object) -> object:
        """Return a member of the body. Raises AttributeError, as FastAPI expects, where the body is no object."""
        value = self.value().get(name, _MISSING)
        return default if value is _MISSING else UnreadBody(encoded(value), name, self)

    def refusal(self, reported: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, str]], int]:
        """Return what is wrong with the body, and how much: in the reader's own words where it has read a part.

        `reported` are the errors that FastAPI reports for the body.
        """
        parts = [(pointer(location), problem) for location, problem in self.refused.items()]
        listed = [
            {**error, "pointer": place + error["pointer"].removeprefix("#")}
            for place, problem in parts
            for error in problem.errors
        ]
        others = [error for error in reported if not self._is_read(error["loc"][1:])]
        listed += [located({**error, "loc": error["loc"][1:]}, self.value()) for error in others[:MAX_ERRORS]]
        return listed, sum(problem.error_count for _, problem in parts) + len(others)

    def _is_read(self, location: tuple[str | int, ...]) -> bool:
        return any(location[: len(read)] == read for read in self.refused)


class DocumentRequest(Request):
    """A request whose body FastAPI gets unread. Whoever asks after FastAPI gets what Starlette's Request gives."""

    is_handed_on = False

    async def json(self) -> Any:  # noqa: ANN401 (as Starlette's)
        """Return the body: to FastAPI, which asks first, unread, and to everybody else decoded."""
        body = await self.body()
        if self.is_handed_on or not body:
            return await super().json()
        self.is_handed_on = True
        return UnreadBody(body)


def reader(validate_json: Callable[[bytes], Any]) -> WrapValidator:
    """Return the validator of a body parameter that is made of Documents: the reader of every door."""

    def read(value: Any, _: object) -> Any:  # noqa: ANN401 (any JSON value; what the parameter's type makes of it)
        if isinstance(value, bytes):  # FastAPI decodes no other content type than JSON
            raise InvalidInput(415, "The content type must be application/json.")
        body = value if isinstance(value, UnreadBody) else UnreadBody(encoded(value))
        try:
            return parse(validate_json, body.data)
        except ValidationError as error:
            problem = refusal(error, body.data)
            if problem.status == 400:  # noqa: PLR2004 (no JSON at all)
                raise problem from None
            body.whole.refused[body.location] = problem
            raise

    return WrapValidator(read)


def plain(value: Any, handler: Callable[[Any], Any]) -> Any:  # noqa: ANN401 (as above)
    """Validate a body parameter beside a Document as FastAPI does: the decoded value."""
    return handler(value.value() if isinstance(value, UnreadBody) else value)
