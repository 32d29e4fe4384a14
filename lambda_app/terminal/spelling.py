"""How a command line spells the values of a type, and how plain text shows a JSON value."""

from argparse import ArgumentTypeError
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from types import NoneType
from typing import Any, get_args

from pydantic import EncodedBytes
from pydantic_core import from_json, to_json

from lambda_app.terminal.kinds import is_subclass, kinds


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
        self._bytes = next((kind for kind in found if is_subclass(kind.type, bytes)), None)
        self._is_json = not found or any(kind.is_json for kind in found)
        self._is_structure = bool(found) and all(kind.is_structure for kind in found)
        self.name = "|".join(dict.fromkeys(kind.name for kind in found)) or "JSON"

    def from_text(self, text: str) -> object:
        """Return the JSON value that a text on the command line stands for. The reader decides whether it is valid.

        Raises ArgumentTypeError where the text would have to be a JSON object or array, and is not JSON at all.
        """
        if self._is_json:
            try:
                return from_json(text, allow_inf_nan=False)
            except ValueError as error:
                if self._is_structure:
                    raise ArgumentTypeError(f"the value is not JSON: {error}") from None
        return text

    def from_file(self, data: bytes) -> object:
        """Return the JSON value that the content of a file stands for.

        A field of bytes takes the whole content, encoded as the field's reader decodes it. Any other field takes the
        text without its final newline. Raises UnicodeDecodeError where it must be text and is not in UTF-8, and
        ArgumentTypeError as `from_text` does.
        """
        if self._bytes is None:
            return self.from_text(data.removesuffix(b"\n").decode())
        for encoded in self._bytes.metadata:
            if isinstance(encoded, EncodedBytes):
                data = encoded.encode(data)
        if self._bytes_are == "base64":
            return b64encode(data).decode()
        return data.hex() if self._bytes_are == "hex" else data.decode()


def as_text(answer: bytes) -> bytes:
    """Return a response document as plain text: the value of its only field, and a string without its quotes."""
    with suppress(ValueError):  # nested deeper than the parser reads, or not of one field
        (value,) = from_json(answer).values()
        return value.encode() if isinstance(value, str) else to_json(value)
    return answer
