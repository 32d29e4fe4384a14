"""What a command reads and writes: answers go to standard output, one line of error to standard error."""

import errno
import os
import sys

TYPE_CHECKING = False  # as in `lambda_app.terminal.signals`
if TYPE_CHECKING:
    from typing import BinaryIO, TextIO

PROGRAM = "lambda-app"

# The exit statuses. A signal has another one: see `lambda_app.terminal.signals`.
ANSWERED = 0
FAILED = 1  # the function refused or failed, or the writing failed
INVALID = 2  # usage, or input

_RED, _PLAIN = "\x1b[1;31m", "\x1b[0m"


class Output:
    """Standard output as it was when the command began: while a function runs, `sys.stdout` is standard error."""

    def __init__(self) -> None:
        self.stream = sys.stdout

    @property
    def binary(self) -> "BinaryIO":
        """The stream, for bytes; raises OSError where it is closed."""
        return opened(self.stream)

    def write(self, data: bytes) -> None:
        """Write, whatever the encoding of the terminal; raises OSError where that fails."""
        self.binary.write(data)
        self.binary.flush()

    def discard(self) -> None:
        """Throw away what is still buffered."""
        _discard(self.stream)


def opened(stream: "TextIO | None") -> "BinaryIO":
    """Return the binary side of a standard stream. Raises OSError where it is closed: Python shows that as None."""
    if stream is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return stream.buffer


def _discard(stream: "TextIO | None") -> None:
    if stream is not None:  # else Python would flush it at exit, and fail again
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def is_terminal(stream: "TextIO | None") -> bool:
    """Tell whether a standard stream is a terminal, which a person reads or types at."""
    return stream is not None and stream.isatty()


def report(message: str) -> None:
    """Report an error in one line on standard error."""
    from lambda_app.contract.printable import printable  # noqa: PLC0415 (only an error needs it)

    tell(f"{PROGRAM}: {_highlighted('error:')} {printable(message)}\n")


def _highlighted(text: str) -> str:
    """Return a text in red, on a terminal that has colours and whose user wants them (https://no-color.org)."""
    is_coloured = is_terminal(sys.stderr) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return f"{_RED}{text}{_PLAIN}" if is_coloured else text


def tell(text: str) -> None:
    """Write to standard error. Where that fails, only the exit status tells."""
    if sys.stderr is not None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            _discard(sys.stderr)
