"""Documents: the base class of every model, and the one reader of every door."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json, to_json

from lambda_app.contract.bounds import MAX_DEPTH, check, is_nested_too_deeply
from lambda_app.contract.errors import NOT_JSON, nested_too_deeply, not_json, refused, refused_early
from lambda_app.contract.problem import InvalidInput

Value = TypeVar("Value")

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# Bytes up to which a document cannot hold so many errors that they matter: all of them are told.
MAX_SMALL = 8192

_INFINITY = rb'("(?:[^"\\]++|\\.)*+")|Infinity'


class Document(BaseModel):
    """A JSON object. Types are JSON's own. Unknown fields are refused, and so are NaN and infinity.

    Defining a subclass raises TypeError where the model of a field is lax, because pydantic would read that part of the
    document by other rules. Derive that model from Document as well.
    """

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    @classmethod
    def __pydantic_on_complete__(cls) -> None:
        """Refuse nested models that are lax."""
        super().__pydantic_on_complete__()
        for name, field in cls.model_fields.items():
            for kind in _classes_in(field.annotation):
                # pydantic's own dataclasses keep their configuration under the other name.
                config = getattr(kind, "model_config", getattr(kind, "__pydantic_config__", None))
                if config is not None and not config.get("strict"):
                    raise TypeError(f"{cls.__name__}.{name}: {kind.__name__} must derive from Document")


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 (any type there is)
    """Yield the models that a type is made of, through lists, unions and Annotated, but not through other models."""
    for kind in _classes_in(annotation):
        if issubclass(kind, BaseModel):
            yield kind


def _classes_in(annotation: Any) -> Iterator[type]:  # noqa: ANN401 (as above)
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    for argument in get_args(annotation):
        yield from _classes_in(argument)


def encoded(value: object) -> bytes:
    """Re-encode a value that was decoded from JSON, so that one parser and one set of rules decide.

    Raises InvalidInput (400) for nesting more than 64 deep, and for what JSON in UTF-8 cannot hold: a lone surrogate.
    """
    try:
        data = to_json(value)
    except ValueError:
        is_deep = is_nested_too_deeply(value)
        raise (nested_too_deeply(MAX_DEPTH) if is_deep else not_json("Invalid JSON: no UTF-8 text")) from None
    if b"Infinity" in data:
        # A number such as 1e999 was decoded to infinity, and JSON has no other form for that.
        data = re.sub(_INFINITY, lambda found: found[1] or b"1e999", data, flags=re.DOTALL)
    return data


class Reader(Generic[Value]):
    """The one reader of every door, for a type that is made of Documents.

    It takes the type's `model_validate_json`, or a TypeAdapter's `validate_json`, and what returns its core schema.
    """

    def __init__(self, validate_json: Callable[[bytes], Value], schema: Callable[[], Mapping[str, Any]]) -> None:
        self._validate_json = validate_json
        self._schema = schema

    def read(self, data: bytes) -> Value:
        """Return what a document holds. Raises InvalidInput as `parse` does, and 422 where the model refuses it."""
        try:
            return self.parse(data)
        except ValidationError as error:
            refusal = self.refusal(error, data)
        # Not inside the handler, because the refusal would keep the error, and with it the input.
        try:
            raise refusal
        finally:
            # Its trace has this frame. Together they would keep the input until the garbage collector finds them.
            del refusal

    def parse(self, data: bytes) -> Value:
        """Return what a document holds. A byte order mark is ignored (RFC 8259, section 8.1), as Lambda's client does.

        Raises InvalidInput, 400 or 413, where the document is out of bounds, and pydantic's ValidationError where it is
        not JSON, or where the model refuses it. The errors of one above 8,192 bytes are the first ones. They hold no
        input. Raises also what a validator of the model raises.
        """
        check(data)
        text = data.removeprefix(_BYTE_ORDER_MARK)
        validate_json = self._validate_json if len(text) <= MAX_SMALL else self._careful
        return validate_json(text)

    def refusal(self, error: ValidationError, data: bytes) -> InvalidInput:
        """Return the refusal for what `parse` raised: 400 where the document is not JSON at all, else 422."""
        errors = error.errors(include_url=False, include_context=False)
        if errors[0]["type"] == NOT_JSON and not errors[0]["loc"]:
            return not_json(errors[0]["msg"])
        text = data.removeprefix(_BYTE_ORDER_MARK)
        return refused(errors, from_json(text)) if len(text) <= MAX_SMALL else refused_early(errors)

    @cached_property
    def _careful(self) -> Callable[[bytes], Value]:
        from lambda_app.contract.careful import CarefulValidator  # noqa: PLC0415 (few documents are large)

        return CarefulValidator(self._schema()).validate_json
