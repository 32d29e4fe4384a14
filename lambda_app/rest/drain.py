"""The seconds between SIGTERM and the shutdown of the server, in which load balancers learn of it."""

import asyncio
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

logger = logging.getLogger(__name__)


@contextmanager
def held_back(drain: Callable[[], object], seconds: float) -> Iterator[None]:
    """Call a function on SIGTERM, and the server's own handler for it so many seconds later.

    uvicorn closes its sockets at once. A load balancer that has not noticed would send requests to nobody. A second
    SIGTERM does not wait. Without seconds, or without a server that handles SIGTERM, nothing is held back.
    """
    handler = signal.getsignal(signal.SIGTERM)
    if not seconds or not callable(handler) or threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    end: asyncio.TimerHandle | None = None

    def begin() -> None:
        nonlocal end
        if end is None:
            logger.info("shutting down in %d seconds", seconds)
            drain()
            end = loop.call_later(seconds, handler, signal.SIGTERM, None)
        else:
            handler(signal.SIGTERM, None)

    # A signal interrupts the event loop anywhere, so its own turn does the rest.
    def on_signal(_: int, __: FrameType | None) -> None:
        loop.call_soon_threadsafe(begin)

    signal.signal(signal.SIGTERM, on_signal)
    try:
        yield
    finally:
        if end is not None:
            end.cancel()
        if signal.getsignal(signal.SIGTERM) is on_signal:
            signal.signal(signal.SIGTERM, handler)
