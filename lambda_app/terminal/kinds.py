"""The alternatives of a type, and how a command line spells what they hold."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import to_json, to_jsonable_python

_NAMES = {bool: "BOOLEAN", float: "NUMBER", int: "INTEGER", str: "TEXT", timedelta: "DURATION"}
_COLLECTIONS = (Sequence, AbstractSet)
_JSON = (BaseModel, Mapping, float, int, *_COLLECTIONS)
_STRINGS = (bytes, str)


class Kind(NamedTuple):
    """One of the alternatives of a type, and its annotations."""

    type: Any
    metadata: tuple[Any, ...]

    @property
    def choices(self) -> list[object]:
        """The values of an enumeration or a literal, or nothing for any other type."""
        if get_origin(self.type) is Literal:
            return list(get_args(self.type))
        return [member.value for member in self.type] if is_subclass(self.type, Enum) else []

    @property
    def is_json(self) -> bool:
        """Whether a value is written as JSON, such as a number. Otherwise it is the text of a JSON string."""
        if self.choices:
            return not all(isinstance(choice, str) for choice in self.choices)
        if not isinstance(self.type, type) or self.type in {Any, object}:
            return True
        is_string = issubclass(self.type, _STRINGS)
        return not is_string and (issubclass(self.type, _JSON) or hasattr(self.type, "__dataclass_fields__"))

    @property
    def is_collection(self) -> bool:
        """Whether a value is a JSON array."""
        kind = get_origin(self.type) or self.type
        return is_subclass(kind, _COLLECTIONS) and not issubclass(kind, _STRINGS)

    @property
    def is_structure(self) -> bool:
        """Whether a value is a JSON object or array."""
        kind = get_origin(self.type) or self.type
        is_object = is_subclass(kind, (BaseModel, Mapping)) or hasattr(kind, "__dataclass_fields__")
        return is_object or self.is_collection

    @property
    def name(self) -> str:
        """What help calls the type."""
        if self.choices:
            return "{" + ",".join(spelt(choice) for choice in self.choices) + "}"
        if isinstance(self.type, type) and self.type in _NAMES:
            return _NAMES[self.type]
        return "JSON" if self.is_json else self.type.__name__.upper()


def kinds(annotation: Any, metadata: tuple[Any, ...] = ()) -> list[Kind]:  # noqa: ANN401 (any type there is)
    """Return the alternatives of a type: the members of a union, with every alias and annotation resolved."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return kinds(annotation.__origin__, (*metadata, *annotation.__metadata__))
    if origin in {Union, UnionType}:
        return [kind for member in get_args(annotation) for kind in kinds(member, metadata)]
    if hasattr(origin, "__value__"):  # `type Name[T] = …`
        return kinds(origin.__value__[get_args(annotation)], metadata)
    for alias in ("__value__", "__supertype__"):  # `type Name = …`, and NewType
        if hasattr(annotation, alias):
            return kinds(getattr(annotation, alias), metadata)
    return [Kind(annotation, metadata)]


def spelt(value: object) -> str:
    """Return a value as it is spelt on a command line: a string without its quotes, and all else as JSON."""
    plain = to_jsonable_python(value, fallback=str)
    return plain if isinstance(plain, str) else to_json(plain).decode()


def is_subclass(kind: Any, of: Any) -> bool:  # noqa: ANN401 (any type there is)
    """Tell whether something is a class, and a subclass of others."""
    return isinstance(kind, type) and issubclass(kind, of)
