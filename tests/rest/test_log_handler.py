"""The log's way to standard error: what waits, and for how long."""

import asyncio
import io
import logging
from collections.abc import Callable

import pytest

from lambda_app.rest.log_handler import LogHandler


class Stream(io.StringIO):
    """Standard error that remembers each write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def write(self, text: str) -> int:
        self.writes.append(text)
        return len(text)


def written(play: Callable[[Callable[..., None]], None], seconds: float = 0) -> list[str]:
    """Return the writes of a handler that delays the lines of "requests", in an event loop that goes on for a while."""
    handler, stream = LogHandler("requests"), Stream()
    handler.setStream(stream)

    def log(text: str, name: str = "requests", level: int = logging.INFO) -> None:
        handler.handle(logging.makeLogRecord({"msg": text, "name": name, "levelno": level}))

    async def run() -> None:
        play(log)
        end = asyncio.get_running_loop().time() + seconds
        while not stream.writes and asyncio.get_running_loop().time() < end:  # noqa: ASYNC110 (the handler tells nobody)
            await asyncio.sleep(0.01)

    asyncio.run(run())
    return stream.writes


def test_lines_of_requests_are_written_together_after_a_moment() -> None:
    def play(log: Callable[..., None]) -> None:
        for text in "abc":
            log(text)

    assert written(play) == []
    assert written(play, seconds=10) == ["a\nb\nc\n"]


def test_any_other_line_is_written_at_once_after_those_that_wait() -> None:
    def play(log: Callable[..., None]) -> None:
        log("a")
        log("b")
        log("from a function", "process")
        log("another", "process")
        log("c")
        log("an error of a request", level=logging.ERROR)
        log("d")

    assert written(play) == ["a\nb\nfrom a function\n", "another\n", "c\nan error of a request\n"]


def test_no_write_is_larger_than_what_a_pipe_takes_at_once_unless_a_line_is() -> None:
    def play(log: Callable[..., None]) -> None:
        for text in ("a" * 2000, "ü" * 1000, "b" * 200, "c" * 5000, "d"):
            log(text)

    texts = ["a" * 2000 + "\n" + "ü" * 1000 + "\n", "b" * 200 + "\n", "c" * 5000 + "\n"]
    assert written(play) == texts


def test_a_message_that_does_not_fit_its_arguments_is_reported_as_logging_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    handler = LogHandler("requests")
    handler.handle(logging.makeLogRecord({"msg": "%d", "args": ("a",)}))
    assert capsys.readouterr().err.startswith("--- Logging error ---\n")


def test_the_lines_that_wait_are_written_when_the_handler_is_flushed(capsys: pytest.CaptureFixture[str]) -> None:
    async def log() -> None:
        handler.handle(logging.makeLogRecord({"msg": "a", "name": "requests", "levelno": logging.INFO}))

    handler = LogHandler("requests")
    asyncio.run(log())
    assert capsys.readouterr().err == ""
    handler.flush()
    assert capsys.readouterr().err == "a\n"
