"""What a command reads and writes: answers go to standard output, one line of error to standard error."""

import errno
import os
import sys
from typing import BinaryIO, TextIO

PROGRAM = "lambda-app"

# The exit statuses.
ANSWERED = 0
FAILED = 1  # the function refused or failed, or the writing failed
INVALID = 2  # usage, or input
INTERRUPTED = 130  # 128 and the number of SIGINT, as shells have it


class Output:
    """Standard output as it was when the command began: while a function runs, `sys.stdout` is standard error."""

    def __init__(self) -> None:
        self._stream = sys.stdout

    @property
    def binary(self) -> BinaryIO:
        """The stream, for bytes; raises OSError where it is closed."""
        return opened(self._stream)

    def write(self, data: bytes) -> None:
        """Write, whatever the encoding of the terminal; raises OSError where that fails."""
        self.binary.write(data)
        self.binary.flush()

    def discard(self) -> None:
        """Throw away what is still buffered."""
        _discard(self._stream)


def opened(stream: TextIO | None) -> BinaryIO:
    """Return the binary side of a standard stream. Raises OSError where it is closed: Python shows that as None."""
    if stream is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return stream.buffer


def _discard(stream: TextIO | None) -> None:
    if stream is not None:  # else Python would flush it at exit, and fail again
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def report(message: str) -> None:
    """Report an error in one line on standard error."""
    tell(f"{PROGRAM}: error: {printable(message)}\n")


def printable(text: str) -> str:
    """Escape what a terminal would obey."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


def tell(text: str) -> None:
    """Write to standard error. Where that fails, only the exit status tells."""
    if sys.stderr is not None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            _discard(sys.stderr)
