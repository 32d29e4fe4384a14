"""Documents: the base class of every model, and the one reader of every door."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json, to_json

from lambda_app.contract.errors import NOT_JSON, not_json, refused
from lambda_app.contract.problem import InvalidInput

Value = TypeVar("Value")

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


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

    Raises InvalidInput (400) for what JSON in UTF-8 cannot hold: a lone surrogate, or nesting that the parser refuses.
    """
    try:
        return to_json(value)
    except ValueError:
        raise not_json("Invalid JSON: no UTF-8 text") from None


def parse(validate_json: Callable[[bytes], Value], data: bytes) -> Value:
    """Return what a document holds, read by a model's `model_validate_json` or a TypeAdapter's `validate_json`.

    It ignores a byte order mark (RFC 8259, section 8.1), as Lambda's runtime client does. Raises pydantic's
    ValidationError, or whatever a validator of the model raises.
    """
    return validate_json(data.removeprefix(_BYTE_ORDER_MARK))


def read(validate_json: Callable[[bytes], Value], data: bytes) -> Value:
    """Return what a document holds, as `parse` does.

    Raises InvalidInput: 400 where the data is not JSON, 422 where the model refuses it.
    """
    try:
        return parse(validate_json, data)
    except ValidationError as error:
        raise refusal(error, data) from None


def refusal(error: ValidationError, data: bytes) -> InvalidInput:
    """Return the refusal for pydantic's error: 400 where the document is not JSON at all, else 422."""
    errors = error.errors(include_url=False, include_context=False)
    if errors[0]["type"] == NOT_JSON and not errors[0]["loc"]:
        return not_json(errors[0]["msg"])
    return refused(errors, parse(from_json, data))
