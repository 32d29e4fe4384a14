"""The signals that end a command: SIGINT (Ctrl-C), SIGTERM (`docker stop`) and SIGHUP (its terminal is gone)."""

import os
import signal

from lambda_app.terminal.streams import report

TYPE_CHECKING = False  # importing typing would take an eighth of `--version`
if TYPE_CHECKING:
    from types import FrameType, TracebackType
    from typing import Any, NoReturn, Self

# What a command says when a signal has ended it. Windows has no SIGHUP.
_WORDS = {"SIGINT": "interrupted", "SIGTERM": "terminated", "SIGHUP": "hung up"}
ENDINGS: dict[int, str] = {getattr(signal, name): word for name, word in _WORDS.items() if hasattr(signal, name)}


def exit_status(number: int) -> int:
    """Return the exit status of a command that a signal has ended, as shells have it."""
    return 128 + number


def end_at_once() -> None:
    """Let the signals end the process from here on, without a trace.

    This is for the time in which the process starts or exits. KeyboardInterrupt would show a trace there, or would be
    lost: Python ignores what is raised in a callback of its import system.
    """
    for number in _heeded():
        signal.signal(number, _exit)


def _exit(number: int, _frame: "FrameType | None") -> "NoReturn":
    try:
        report(ENDINGS[number])
    finally:
        os._exit(exit_status(number))


class Signals:
    """The signals that end a command, raised as KeyboardInterrupt while a `with` block runs.

    SIGTERM and SIGHUP do what Ctrl-C does. So asyncio cancels its task for them as well, and JSON Lines end at a line.
    A signal that is ignored when the block begins stays ignored: `nohup` ignores SIGHUP.
    """

    def __init__(self) -> None:
        self.number: int = signal.SIGINT  # the signal that came last, if any came
        self._process = os.getpid()

    def __enter__(self) -> "Self":
        self._before: dict[int, Any] = {
            number: signal.signal(number, signal.default_int_handler if number == signal.SIGINT else self._forward)
            for number in _heeded()
        }
        return self

    def __exit__(
        self, kind: "type[BaseException] | None", error: "BaseException | None", trace: "TracebackType | None"
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _forward(self, number: int, frame: "FrameType | None") -> None:
        if os.getpid() != self._process:  # a process that the function forked ends as if there were no handler
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self.number = number
        handler = signal.getsignal(signal.SIGINT)
        (handler if callable(handler) else signal.default_int_handler)(number, frame)


def _heeded() -> list[int]:
    """Return the signals that are not ignored. What is not Python's handler is not replaced either."""
    return [number for number in ENDINGS if signal.getsignal(number) not in {signal.SIG_IGN, None}]
