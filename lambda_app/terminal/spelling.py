"""How a command line spells the values of a type, and how plain text shows a JSON value."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import timedelta
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, EncodedBytes
from pydantic_core import from_json, to_json, to_jsonable_python

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
        return [member.value for member in self.type] if _is_subclass(self.type, Enum) else []

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
        return _is_subclass(kind, _COLLECTIONS) and not issubclass(kind, _STRINGS)

    @property
    def name(self) -> str:
        """What help calls the type."""
        if self.choices:
            return "{" + ",".join(spelt(choice) for choice in self.choices) + "}"
        if isinstance(self.type, type) and self.type in _NAMES:
            return _NAMES[self.type]
        return "JSON" if self.is_json else self.type.__name__.upper()


class Spelling:
    """How the values of an annotated type are spelt. A boolean is a flag, and a collection repeats its option."""

    def __init__(self, annotation: Any, metadata: Sequence[Any] = (), bytes_are: str = "utf8") -> None:  # noqa: ANN401 (any type there is)
        """Take the annotation of a field, its metadata, and the setting `val_json_bytes` of its model."""
        found = [kind for kind in kinds(annotation, tuple(metadata)) if kind.type is not NoneType]
        self.is_flag = [kind.type for kind in found] == [bool]
        self.is_repeatable = bool(found) and all(kind.is_collection for kind in found)
        if self.is_repeatable:
            items = [item for kind in found for item in get_args(kind.type) or (Any,) if item is not Ellipsis]
            found = [kind for item in items for kind in kinds(item) if kind.type is not NoneType]
        self._bytes_are = bytes_are
        self._bytes = next((kind for kind in found if _is_subclass(kind.type, bytes)), None)
        self._is_json = not found or any(kind.is_json for kind in found)
        self.name = "|".join(dict.fromkeys(kind.name for kind in found)) or "JSON"

    def from_text(self, text: str) -> object:
        """Return the JSON value that a text on the command line stands for. The reader decides whether it is valid."""
        if self._is_json:
            with suppress(ValueError):
                return from_json(text)
        return text

    def from_file(self, data: bytes) -> object:
        """Return the JSON value that the content of a file stands for.

        A field of bytes takes the whole content, encoded as the field's reader decodes it. Any other field takes the
        text without its final newline. Raises UnicodeDecodeError where it must be text and is not in UTF-8.
        """
        if self._bytes is None:
            return self.from_text(data.removesuffix(b"\n").decode())
        for encoded in self._bytes.metadata:
            if isinstance(encoded, EncodedBytes):
                data = encoded.encode(data)
        if self._bytes_are == "base64":
            return b64encode(data).decode()
        return data.hex() if self._bytes_are == "hex" else data.decode()


def kinds(annotation: Any, metadata: tuple[Any, ...] = ()) -> list[Kind]:  # noqa: ANN401 (as above)
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


def as_text(answer: bytes) -> bytes:
    """Return a response document as plain text: the value of its only field, and a string without its quotes."""
    with suppress(ValueError):  # nested deeper than the parser reads, or not of one field
        (value,) = from_json(answer).values()
        return value.encode() if isinstance(value, str) else to_json(value)
    return answer


def _is_subclass(kind: Any, of: Any) -> bool:  # noqa: ANN401 (as above)
    return isinstance(kind, type) and issubclass(kind, of)
