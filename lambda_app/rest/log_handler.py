"""The log's way to standard error."""

import asyncio
import logging

_DELAY = 0.1  # seconds
# POSIX writes so many bytes to a pipe at once (PIPE_BUF), so that the lines of several processes do not mix.
_MOST = 4096


class LogHandler(logging.StreamHandler):  # type: ignore[type-arg]  # (it takes none at run time on Python 3.11)
    """Writes lines to standard error, those of one logger together.

    A write wakes whatever collects the log, and so takes as long as a quarter of a request. The lines of `delayed`, the
    logger of requests, wait up to 0.1 seconds for others, unless they warn. Any other line is written at once, after
    those that wait. Lines that wait are lost where the process is killed.
    """

    def __init__(self, delayed: str) -> None:
        super().__init__()
        self._delayed = delayed
        self._lines: list[str] = []
        self._size = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, or let it wait."""
        try:
            line = self.format(record) + self.terminator
        except Exception:  # noqa: BLE001 (as every handler: a message does not fit its arguments)
            self.handleError(record)
            return
        size = len(line.encode(errors="replace"))
        if self._size + size > _MOST:
            self.flush()
        self._lines.append(line)
        self._size += size
        if record.name != self._delayed or record.levelno > logging.INFO:
            self.flush()
        elif len(self._lines) == 1:
            asyncio.get_running_loop().call_later(_DELAY, self.flush)

    def flush(self) -> None:
        """Write the lines that wait."""
        self.acquire()  # a thread may log while the event loop's timer writes
        try:
            lines, self._lines, self._size = self._lines, [], 0
            if lines:
                self.stream.write("".join(lines))
        finally:
            self.release()
        super().flush()
