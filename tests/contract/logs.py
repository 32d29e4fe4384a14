"""The log of a fresh process, in this one."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def bare_logging() -> Iterator[None]:
    """Take the handlers of pytest off the root logger, and those of a test off uvicorn's: a fresh process has none."""
    loggers = [logging.getLogger(), logging.getLogger("uvicorn")]
    before = [(each.handlers, each.level, each.propagate) for each in loggers]
    for each in loggers:
        each.handlers = []
    try:
        yield
    finally:
        for each, state in zip(loggers, before, strict=True):
            each.handlers, each.level, each.propagate = state
