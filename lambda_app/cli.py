"""The terminal door: `python -m lambda_app hello`, or `lambda-app hello` once installed."""

import errno
import gc
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from lambda_app import __version__

if TYPE_CHECKING:
    from lambda_app.endpoint import Endpoint

PROGRAM = "lambda-app"
ANSWERED, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None, endpoint: "Endpoint | None" = None) -> int:
    """Run the command for an endpoint, the application's own unless another is given, and return its exit status.

    0: answered; 1: the processing or the writing failed; 2: usage or invalid input; 130: interrupted.
    """
    try:
        return run(sys.argv[1:] if argv is None else argv, endpoint)
    except KeyboardInterrupt:
        report("interrupted")
        return INTERRUPTED
    except BrokenPipeError:  # whoever reads has enough (`| head`): no error
        discard(sys.stdout)
        return ANSWERED
    except OSError as error:
        discard(sys.stdout)
        report(f"the answer cannot be written: {error.strerror}")
        return FAILED


def run(argv: Sequence[str], endpoint: "Endpoint | None") -> int:
    """Run the command; raises OSError where standard output cannot be written."""
    if list(argv) == ["--version"]:  # before the imports that take most of a start
        write(f"{PROGRAM} {__version__}\n".encode())
        return ANSWERED
    # Nothing that is imported becomes garbage: looking for it takes an eighth of a start.
    gc.disable()
    from lambda_app.endpoint import ENDPOINT  # noqa: PLC0415 (see above)
    from lambda_app.options import UsageError, build_parser  # noqa: PLC0415
    from lambda_app.problem import Problem, ProcessingFailed  # noqa: PLC0415

    gc.freeze()
    gc.enable()

    endpoint = endpoint or ENDPOINT
    try:
        parser, message_field = build_parser(endpoint)
        values = vars(parser.parse_args(argv))
        options = {name: values.pop(name) for name in ("help", "version", "json", "jsonl")}
        if options["help"]:
            write(parser.format_help().encode())
        elif options["version"]:
            write(f"{PROGRAM} {__version__}\n".encode())
        elif options["jsonl"]:
            if values:
                parser.error("--jsonl takes whole documents from standard input, and no fields")
            from lambda_app.jsonl import answer_stream  # noqa: PLC0415 (a message needs no signals and no clock)

            return answer_stream(endpoint)
        else:
            if message_field and values.get(message_field, "-") == "-":
                values[message_field] = read_message()
            answer = endpoint.answer(values)
            write((answer if options["json"] else as_text(answer)) + b"\n")
    except UsageError as error:
        report(str(error))
        return REFUSED
    except Problem as problem:
        report(problem.line)
        return FAILED if isinstance(problem, ProcessingFailed) else REFUSED
    return ANSWERED


def as_text(answer: bytes) -> bytes:
    """Return a response document as a person reads it: of its only field the value, a string without its quotes."""
    from pydantic_core import from_json, to_json  # noqa: PLC0415 (as in run)

    with suppress(ValueError):  # nested deeper than it reads, or of more fields than one
        (value,) = from_json(answer).values()
        return value.encode() if isinstance(value, str) else to_json(value)
    return answer


def read_message() -> str:
    """Return standard input without its final newline; bytes that are not UTF-8 become lone surrogates.

    Raises InvalidInput where it cannot be read.
    """
    from lambda_app.endpoint import MAX_BYTES  # noqa: PLC0415 (as in run)

    # No more than it takes for the reader to see that it is too large.
    message: bytes = read(lambda stdin: stdin.read(MAX_BYTES + 1))
    return message.removesuffix(b"\n").decode(errors="surrogateescape")


def read(reading: Callable[[BinaryIO], Any]) -> Any:  # noqa: ANN401 (what reading returns)
    """Return what reading standard input returns; raises InvalidInput where it cannot be read."""
    from lambda_app.problem import InvalidInput  # noqa: PLC0415 (as in run)

    try:
        return reading(opened(sys.stdin))
    except OSError as error:
        raise InvalidInput(400, f"standard input cannot be read: {error.strerror}") from None


def write(data: bytes) -> None:
    """Write to standard output, whatever the encoding of the terminal; raises OSError where it cannot be written."""
    output = opened(sys.stdout)
    output.write(data)
    output.flush()


def opened(stream: TextIO | None) -> BinaryIO:
    """Return the binary side of a standard stream; raises OSError where it is closed, which Python shows as None."""
    if stream is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return stream.buffer


def discard(stream: TextIO | None) -> None:
    """Send what is still buffered for a stream nowhere, for Python would fail on it again at exit."""
    if stream is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def report(message: str) -> None:
    """Report an error in one line on standard error, with nothing in it that a terminal would obey."""
    shown = "".join(character if character.isprintable() else ascii(character)[1:-1] for character in message)
    tell(f"{PROGRAM}: error: {shown}\n")


def tell(text: str) -> None:
    """Write to standard error, where there is one that can be written: the exit status says it all the same."""
    if sys.stderr is not None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            discard(sys.stderr)
