"""The progress of a command that answers many lines."""

import os
import stat
import sys
from time import monotonic
from typing import BinaryIO

from lambda_app.terminal.inputs import read
from lambda_app.terminal.streams import ANSWERED, FAILED, INVALID, PROGRAM, tell

PROGRESS_SECONDS = 0.2
CLEAR_LINE = "\r\x1b[K"


class Progress:
    """Counts the lines by what became of them; shows them on standard error while it is a terminal."""

    def __init__(self) -> None:
        self.counts = {"answered": 0, "invalid": 0, "refused": 0, "failed": 0}
        self.lines = self.bytes = 0
        self.start = self.shown = monotonic()
        self.is_shown = sys.stderr is not None and sys.stderr.isatty()
        self.size = read(_size)

    def add(self, line: bytes, outcome: str) -> None:
        """Count a line."""
        self.lines += 1
        self.bytes += len(line)
        self.counts[outcome] += 1
        if self.is_shown and monotonic() - self.shown > PROGRESS_SECONDS:
            self.shown = monotonic()
            tell(f"{CLEAR_LINE}{self.progress()}")

    def progress(self) -> str:
        """Return the progress, in one line of text."""
        rate = self.lines / max(monotonic() - self.start, 1e-9)
        percent = f", {min(100, 100 * self.bytes // self.size)} %" if self.size else ""
        return (
            f"{self.lines:,} lines, {self.lines - self.counts['answered']:,} not answered, {rate:,.0f} lines/s{percent}"
        )

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
        tell(f"{PROGRAM}: {prefix}{self.lines:,} lines: {counts}\n")

    @property
    def exit_status(self) -> int:
        """The command's exit status."""
        if self.counts["failed"] or self.counts["refused"]:
            return FAILED
        return INVALID if self.counts["invalid"] else ANSWERED


def _size(source: BinaryIO) -> int:
    """Return how many bytes there are to read, or 0 where that is unknown."""
    status = os.fstat(source.fileno())
    return status.st_size - source.tell() if stat.S_ISREG(status.st_mode) else 0
