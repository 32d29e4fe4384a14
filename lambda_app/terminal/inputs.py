"""What a command reads: standard input, and files."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

from lambda_app.contract.printable import printable
from lambda_app.contract.problem import InvalidInput
from lambda_app.settings import get_settings
from lambda_app.terminal.streams import PROGRAM, is_terminal, opened, tell

Value = TypeVar("Value")


def read(reading: Callable[[BinaryIO], Value]) -> Value:
    """Call a function with standard input, and return its result. Raises InvalidInput where it cannot be read."""
    try:
        return reading(opened(sys.stdin))
    except OSError as error:
        raise InvalidInput(400, f"standard input cannot be read: {error.strerror}") from None


def hint(what: str, pronoun: str = "it") -> None:
    """Tell a person whose terminal is standard input that the command waits, and for what."""
    if is_terminal(sys.stdin) and is_terminal(sys.stderr):
        tell(f"{PROGRAM}: reading {what} from standard input; end {pronoun} with Ctrl-D\n")


def read_message(name: str) -> str:
    """Return standard input without its final newline: the message, whose field has a name.

    Bytes that are not UTF-8 become lone surrogates. Raises InvalidInput where it cannot be read.
    """
    hint(f"the {printable(name)}")
    # One byte over the limit is enough for the reader to refuse it.
    limit = get_settings().max_body_bytes + 1
    return read(lambda stdin: stdin.read(limit)).removesuffix(b"\n").decode(errors="surrogateescape")


def read_file(path: str) -> bytes:
    """Return what a file holds; raises InvalidInput where it cannot be read, or is larger than MAX_BODY_BYTES."""
    limit = get_settings().max_body_bytes
    try:
        with Path(path).open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise InvalidInput(400, f"{path} cannot be read: {error.strerror}") from None
    if len(data) > limit:
        raise InvalidInput(413, f"{path} is larger than {limit:,} bytes")
    return data
