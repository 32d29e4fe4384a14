"""The terminal door for many messages: `python -m lambda_app --jsonl < messages.jsonl > answers.jsonl`."""

import os
import signal
import stat
import sys
from time import monotonic
from types import FrameType
from typing import BinaryIO

from lambda_app.cli import ANSWERED, FAILED, INTERRUPTED, PROGRAM, REFUSED, opened, read, tell
from lambda_app.endpoint import MAX_BYTES, Endpoint

PROGRESS_SECONDS = 0.2
CLEAR_LINE = "\r\x1b[K"
OK, INTERNAL_ERROR = 200, 500


class Interrupt:
    """Ctrl-C, taken between two lines: at once while waiting for input, else when the line is answered.

    A second one ends the line too, for a function that never returns.
    """

    def __init__(self) -> None:
        self.seen = self.waiting = False
        signal.signal(signal.SIGINT, self._on_signal)

    def wait(self) -> bool:
        """Let it take effect at once from here on; tell whether there is anything to wait for."""
        self.waiting = True
        return not self.seen

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self.seen or self.waiting:
            raise KeyboardInterrupt
        self.seen = True


class Progress:
    """Counts the lines; shows them on standard error while it is a terminal."""

    def __init__(self) -> None:
        self.lines = self.bytes = self.refused = self.failed = 0
        self.start = self.shown = monotonic()
        self.is_shown = sys.stderr is not None and sys.stderr.isatty()
        self.size = read(_size)

    def add(self, line: bytes, status: int) -> None:
        """Count a line that was answered with a status."""
        self.lines += 1
        self.bytes += len(line)
        self.refused += OK < status < INTERNAL_ERROR
        self.failed += status >= INTERNAL_ERROR
        if self.is_shown and monotonic() - self.shown > PROGRESS_SECONDS:
            self.shown = monotonic()
            tell(f"{CLEAR_LINE}{self.progress()}")

    def progress(self) -> str:
        """Return how far it has come."""
        rate = self.lines / max(monotonic() - self.start, 1e-9)
        percent = f", {min(100, 100 * self.bytes // self.size)} %" if self.size else ""
        return f"{self.lines:,} lines, {self.refused + self.failed:,} not answered, {rate:,.0f} lines/s{percent}"

    def summarise(self, prefix: str = "") -> None:
        """Write the closing line."""
        answered = self.lines - self.refused - self.failed
        summary = f"{self.lines:,} lines: {answered:,} answered, {self.refused:,} invalid, {self.failed:,} failed"
        tell(f"{CLEAR_LINE if self.is_shown else ''}{PROGRAM}: {prefix}{summary}\n")

    @property
    def exit_status(self) -> int:
        """The command's exit status."""
        return FAILED if self.failed else REFUSED if self.refused else ANSWERED


def answer_stream(endpoint: Endpoint) -> int:
    """Answer standard input, JSON Lines, on standard output: one line for each, in order. Return the exit status.

    Memory does not grow with the input: a line of more than 1 MiB is refused without being kept. Output is flushed
    line by line unless it goes to a file. Raises OSError where it cannot be written, InvalidInput where the input
    cannot be read.
    """
    sink = opened(sys.stdout)
    flushes = not stat.S_ISREG(os.fstat(sink.fileno()).st_mode)
    interrupt = Interrupt()
    progress = Progress()
    try:
        while interrupt.wait() and (line := read(_read_line)):
            interrupt.waiting = False
            status, answer = endpoint.answer_line(line.removesuffix(b"\n"))
            sink.write(answer + b"\n")
            if flushes:
                sink.flush()
            progress.add(line, status)
    except KeyboardInterrupt:
        interrupt.seen = True
    sink.flush()
    progress.summarise("interrupted after " if interrupt.seen else "")
    return INTERRUPTED if interrupt.seen else progress.exit_status


def _read_line(source: BinaryIO) -> bytes:
    """Return the next line, or of a line that is too long as much as shows it."""
    line = source.readline(MAX_BYTES + 2)
    if len(line) == MAX_BYTES + 2 and not line.endswith(b"\n"):
        while (rest := source.readline(MAX_BYTES)) and not rest.endswith(b"\n"):
            pass
    return line


def _size(source: BinaryIO) -> int:
    """Return how many bytes there are to read, or 0 where it cannot be known."""
    status = os.fstat(source.fileno())
    return status.st_size - source.tell() if stat.S_ISREG(status.st_mode) else 0
