"""The command line of the terminal door, made from the request model."""

import argparse
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NoReturn, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import from_json

from lambda_app.endpoint import Endpoint

BUILT_IN = {
    "help": "show this help and exit",
    "version": "print the version and exit",
    "json": "print the response document instead of the message",
    "jsonl": "answer JSON Lines from standard input: a request document a line in, a response or a problem a line out",
}


class UsageError(Exception):
    """The command line cannot be understood, or cannot be made from the request model."""


class Parser(argparse.ArgumentParser):
    """An argument parser that raises UsageError, where argparse would print its usage and exit."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError."""
        raise UsageError(message)


def build_parser(endpoint: Endpoint) -> tuple[Parser, str | None]:
    """Return the parser that a request model asks for, and the field that its positional argument fills.

    The first required string field is the positional argument, every other field an option: a flag for a boolean,
    given more than once for a list. Types are left to the reader, so that this door refuses what the others refuse.
    Raises UsageError, with the field's name, where a field collides with a built-in option or with another field.
    """
    parser = Parser(prog="lambda-app", description=endpoint.function.__doc__, add_help=False, allow_abbrev=False)
    for name, help_text in BUILT_IN.items():
        flags = ("-h", "--help") if name == "help" else (f"--{name}",)
        parser.add_argument(*flags, action="store_true", help=help_text)
    message_field = None
    for name, field in endpoint.request.model_fields.items():
        key = field.alias or name
        description = (field.description or "").replace("%", "%%")
        try:
            if message_field is None and field.is_required() and field.annotation is str:
                if key in BUILT_IN:  # which argparse does not notice of a positional argument
                    parser.error(f"the field {key!r} of the request model collides with another option: --{key}")
                message_field = key
                description += " Without it, or with -, standard input is the message."
                parser.add_argument(key, nargs="?", default=argparse.SUPPRESS, help=description)
            else:
                spelling = _spelling(key, field.annotation)
                parser.add_argument(
                    f"--{key.replace('_', '-')}", default=argparse.SUPPRESS, help=description, **spelling
                )
        except argparse.ArgumentError as error:
            raise UsageError(f"the field {key!r} of the request model collides with another option: {error}") from None
    return parser, message_field


def _spelling(key: str, annotation: Any) -> dict[str, Any]:  # noqa: ANN401 (any type there is)
    """Return how argparse spells a field of a type."""
    types = _alternatives(annotation)
    if types == [bool]:
        return {"dest": key, "action": argparse.BooleanOptionalAction}
    items = [get_args(kind)[:1] for kind in types if get_origin(kind) in {list, set, frozenset, tuple}]
    if items:
        types = _alternatives(*items[0])
    convert = _json_or_text if any(_is_json(kind) for kind in types) else str
    return {"dest": key, "action": "append" if items else "store", "type": convert, "metavar": key.upper()}


def _alternatives(annotation: Any = Any) -> list[Any]:  # noqa: ANN401 (as above)
    """Return the members of a union without None, or the type itself."""
    if get_origin(annotation) is Annotated:
        return _alternatives(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        return [kind for member in get_args(annotation) for kind in _alternatives(member) if kind is not NoneType]
    return [annotation]


def _is_json(kind: Any) -> bool:  # noqa: ANN401 (as above)
    """Tell whether a type's values are written as a JSON literal, such as a number; if not, as a JSON string."""
    if get_origin(kind) is Literal:
        return not all(isinstance(value, str) for value in get_args(kind))
    if not isinstance(kind, type):
        return True
    if issubclass(kind, Enum):
        return not all(isinstance(member.value, str) for member in kind)
    return issubclass(kind, int | float | dict | BaseModel)


def _json_or_text(text: str) -> object:
    """Return the JSON value that a text writes, or else the text itself, for the reader to refuse."""
    try:
        return from_json(text)
    except ValueError:
        return text
