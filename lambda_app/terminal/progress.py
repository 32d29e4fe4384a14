"""The progress of a command that answers many lines."""

import os
import stat
import sys
from contextlib import suppress
from time import monotonic
from typing import BinaryIO, TextIO

from lambda_app.terminal.inputs import read
from lambda_app.terminal.streams import ANSWERED, FAILED, INVALID, PROGRAM, Output, is_terminal, tell

PROGRESS_SECONDS = 0.2
CLEAR_LINE = "\r\x1b[K"
DEFAULT_COLUMNS = 80
MANY = 10  # lines a second: fewer are shown with a decimal


class Progress:
    """Counts the lines by what became of them, and shows how far the command is while somebody can watch.

    That is where standard error is a terminal which can clear a line, and which neither shows the answers nor is typed
    at meanwhile.
    """

    def __init__(self, output: Output) -> None:
        self.counts = {"answered": 0, "invalid": 0, "refused": 0, "failed": 0}
        self.lines = self.bytes = 0
        self.start = self.shown = monotonic()
        self.is_shown = (
            is_terminal(sys.stderr)
            and os.environ.get("TERM") != "dumb"
            and not any(is_terminal(stream) and _is_same(stream, sys.stderr) for stream in (sys.stdin, output.stream))
        )
        self.size = read(_size)

    def add(self, line: bytes, outcome: str) -> None:
        """Count a line."""
        self.lines += 1
        self.bytes += len(line)
        self.counts[outcome] += 1
        if self.is_shown and (now := monotonic()) - self.shown > PROGRESS_SECONDS:
            self.shown = now
            tell(f"{CLEAR_LINE}{self.progress(now - self.start, _columns())}")

    def progress(self, seconds: float, columns: int) -> str:
        """Return the progress after some seconds, in one line of text that is narrower than a number of columns.

        What matters least comes last, and is left out where there is no room for it.
        """
        parts = [_lines(self.lines)]
        if self.size:
            done = min(1, self.bytes / self.size)
            parts += [f"{int(100 * done)} %", f"{_duration(seconds / done - seconds)} left"]
        if others := self.lines - self.counts["answered"]:
            parts.append(f"{others:,} not answered")
        rate = self.lines / max(seconds, 1e-9)
        parts.append(f"{rate:,.0f} lines/s" if rate >= MANY else f"{rate:.1f} lines/s")
        while len(parts) > 1 and len(", ".join(parts)) >= columns:
            parts.pop()
        return ", ".join(parts)[: columns - 1]

    def clear(self) -> None:
        """Clear the line of progress, to make room for another."""
        if self.is_shown:
            tell(CLEAR_LINE)

    def summarise(self, prefix: str = "") -> None:
        """Write the closing line. It mentions refusals by the function only where there are some."""
        counts = ", ".join(
            f"{count:,} {outcome}" for outcome, count in self.counts.items() if count or outcome != "refused"
        )
        self.clear()
        tell(f"{PROGRAM}: {prefix}{_lines(self.lines)}: {counts}\n")

    @property
    def exit_status(self) -> int:
        """The command's exit status."""
        if self.counts["failed"] or self.counts["refused"]:
            return FAILED
        return INVALID if self.counts["invalid"] else ANSWERED


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count:,} lines"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _columns() -> int:
    """Return how many columns the terminal has now, for a person may resize its window."""
    with suppress(OSError):  # it may be gone
        return os.get_terminal_size(sys.stderr.fileno()).columns or DEFAULT_COLUMNS
    return DEFAULT_COLUMNS


def _is_same(stream: TextIO, other: TextIO) -> bool:
    return os.fstat(stream.fileno()).st_rdev == os.fstat(other.fileno()).st_rdev


def _size(source: BinaryIO) -> int:
    """Return how many bytes there are to read, or 0 where that is unknown."""
    status = os.fstat(source.fileno())
    return status.st_size - source.tell() if stat.S_ISREG(status.st_mode) else 0
