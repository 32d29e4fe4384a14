"""Many messages in one process: `python -m lambda_app --jsonl < messages.jsonl > answers.jsonl`."""

import os
import signal
import stat
from types import FrameType, TracebackType
from typing import BinaryIO, Self

from lambda_app.contract.problem import InvalidInput, Problem, ProcessingFailed
from lambda_app.settings import get_settings
from lambda_app.terminal.caller import Caller
from lambda_app.terminal.failures import report_failure
from lambda_app.terminal.inputs import hint, read
from lambda_app.terminal.progress import Progress
from lambda_app.terminal.signals import ENDINGS, exit_status
from lambda_app.terminal.streams import Output


class Interrupt:
    """A signal, taken between two lines: at once while waiting for input, else when the line is answered.

    A second signal ends the line too, because its function may never return. `Signals` lets SIGTERM and SIGHUP come
    here as Ctrl-C does.
    """

    def __init__(self) -> None:
        self.number: int | None = None  # the signal that came first
        self.waiting = False

    def __enter__(self) -> Self:
        self._handler_before = signal.signal(signal.SIGINT, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGINT, self._handler_before)

    def wait(self) -> bool:
        """Let a signal take effect at once from here on, and tell whether none has come yet."""
        self.waiting = True
        return self.number is None

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        is_second = self.number is not None
        self.number = self.number or number
        if is_second or self.waiting:
            raise KeyboardInterrupt


def answer_stream(caller: Caller, output: Output, *, trace: bool, numbers: bool) -> int:
    """Answer standard input, JSON Lines: one line on standard output for each, in order. Return the exit status.

    Memory does not grow with the input: a line of more than MAX_BODY_BYTES is refused without being kept. Output is
    flushed line by line unless it goes to a file. `trace` shows the trace of each line whose function fails, and
    `numbers` gives each problem a member `line`, the number of its line, which starts at 1.

    Raises OSError where the output cannot be written, InvalidInput where the input cannot be read, and ResourcesFailed.
    """
    sink = output.binary
    flushes = not stat.S_ISREG(os.fstat(sink.fileno()).st_mode)
    progress = Progress(output)
    hint("JSON Lines", "them")
    with Interrupt() as interrupt:
        try:
            while interrupt.wait() and (line := read(_read_line)):
                interrupt.waiting = False
                outcome, answer = _answer_line(caller, line, progress, trace=trace, numbers=numbers)
                sink.write(answer + b"\n")
                if flushes:
                    sink.flush()
                progress.add(line, outcome)
        except KeyboardInterrupt:
            interrupt.number = interrupt.number or signal.SIGINT
    sink.flush()
    if interrupt.number is None:
        progress.summarise()
        return progress.exit_status
    progress.summarise(f"{ENDINGS[interrupt.number]} after ")
    return exit_status(interrupt.number)


def _answer_line(caller: Caller, line: bytes, progress: Progress, *, trace: bool, numbers: bool) -> tuple[str, bytes]:
    """Return what became of a line, and its answer: a response or a problem."""
    try:
        return "answered", caller.answer(line.removesuffix(b"\n"))
    except Problem as problem:
        number = progress.lines + 1
        if numbers:
            problem.members = {**problem.members, "line": number}
        if isinstance(problem, ProcessingFailed) and trace:
            progress.clear()
            report_failure(f"line {number:,}: the processing failed", problem.cause, trace=True)
        return _outcome(problem), problem.json()


def _outcome(problem: Problem) -> str:
    if isinstance(problem, ProcessingFailed):
        return "failed"
    return "invalid" if isinstance(problem, InvalidInput) else "refused"


def _read_line(source: BinaryIO) -> bytes:
    """Return the next line, cut off just past the limit."""
    limit = get_settings().max_body_bytes
    line = source.readline(limit + 2)
    if len(line) == limit + 2 and not line.endswith(b"\n"):
        while (rest := source.readline(limit)) and not rest.endswith(b"\n"):
            pass
    return line
