"""How a failure is reported: one line that names the exception and its place and, if asked for, the trace before it."""

import os
from collections.abc import Iterator
from pathlib import Path

from lambda_app.contract.printable import printable
from lambda_app.terminal.streams import report, tell

_PACKAGE = Path(__file__).parent.parent
_TEMPLATE = (str(_PACKAGE / "contract"), str(_PACKAGE / "terminal"))
_STANDARD_LIBRARY = str(Path(os.__file__).parent)
_NO_FILE = "<"  # generated code, such as "<string>"


def report_failure(what: str, cause: BaseException, *, trace: bool, text: bool = False) -> None:
    """Report that something failed with an exception.

    `text` shows the exception's text in the line, for exceptions that repeat no input. A trace always shows it.
    """
    line = f"{what}: {type(cause).__name__} in {_place(cause)}"
    if text:
        line += f": {cause}"
    if trace:
        from traceback import format_exception  # noqa: PLC0415 (only a trace needs it)

        for shown in "".join(format_exception(cause)).splitlines():
            tell(f"{printable(shown)}\n")
        report(line)
    else:
        report(f"{line} (--traceback shows more)")


def _place(cause: BaseException) -> str:
    """Return the file and the line that an exception comes from: in your own code, if it went through any."""
    frames = list(_frames(cause))
    file, line = ([frame for frame in frames if _is_own(frame[0])] or frames)[-1]
    return f"{Path(file).name}, line {line}"


def _frames(cause: BaseException) -> Iterator[tuple[str, int]]:
    """Yield the files and lines that an exception went through, the innermost last."""
    trace = cause.__traceback__
    while trace is not None:
        yield trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next


def _is_own(file: str) -> bool:
    """Tell whether a file is yours, and neither the template's nor a library's."""
    if file.startswith(str(_PACKAGE)):  # checked first, because the package may be installed among the libraries
        return not file.startswith(_TEMPLATE)
    is_library = file.startswith(_STANDARD_LIBRARY) or "site-packages" in file or "dist-packages" in file
    return not is_library and not file.startswith(_NO_FILE)
