"""An endpoint: a typed function from one document to another, with the reader and the writer of its documents."""

from collections.abc import Callable, Sequence
from inspect import iscoroutinefunction, signature
from typing import Any, get_type_hints

from lambda_app.contract.document import Document, Reader, encoded
from lambda_app.contract.errors import too_large
from lambda_app.contract.problem import Problem
from lambda_app.settings import get_settings


class Endpoint:
    """A function that every door opens to. Its annotations name the models of its documents.

    The function is `def` or `async def`. It takes one document and, in an optional second parameter, what `resources`
    yields. It returns one document, and refuses a request by raising a Problem. `refuses` lists the subclasses of
    Problem that it raises, for OpenAPI.

    Raises TypeError where an annotation is not a Document.
    """

    def __init__(self, function: Callable[..., Any], *, refuses: Sequence[type[Problem]] = ()) -> None:
        self.function = function
        self.refuses = tuple(refuses)
        self.is_async = iscoroutinefunction(function)
        self.description = (function.__doc__ or "").strip()
        parameters = list(signature(function).parameters)
        hints = get_type_hints(function)
        if len(parameters) not in {1, 2}:
            raise TypeError(f"{function.__name__} must take a document, and at most the resources beside it")
        self.parameter = parameters[0]
        self.takes_resources = len(parameters) == 2  # noqa: PLR2004 (the document, and the resources)
        self.request = _model(function, parameters[0], hints)
        self.response = _model(function, "return", hints)
        self.reader: Reader[Document] = Reader(
            self.request.model_validate_json, lambda: self.request.__pydantic_core_schema__
        )

    def read(self, document: object) -> Document:
        """Return the request that a document holds: JSON as bytes, or a value that was already decoded from JSON.

        Raises InvalidInput: 400 (not JSON, or nested too deeply), 413 (larger than MAX_BODY_BYTES, or more arrays and
        objects than MAX_CONTAINERS) or 422 (refused by the model).
        """
        data = document if isinstance(document, bytes) else encoded(document)
        limit = get_settings().max_body_bytes
        if len(data) > limit:
            raise too_large(limit)
        return self.reader.read(data)

    def write(self, response: object) -> bytes:
        """Return a response as JSON on one line. Raises TypeError where it is not the promised model."""
        if not isinstance(response, self.response):
            name, given, promised = self.function.__name__, type(response).__name__, self.response.__name__
            raise TypeError(f"{name} returned {given}, not {promised}")
        # With the serializer of the declared model, so that no field of a subclass leaves, as in FastAPI.
        return self.response.__pydantic_serializer__.to_json(response, by_alias=True)


def _model(function: Callable[..., Any], name: str, hints: dict[str, Any]) -> type[Document]:
    model = hints.get(name)
    if not (isinstance(model, type) and issubclass(model, Document)):
        raise TypeError(f"{function.__name__}: annotate {name!r} with a Document")
    return model
