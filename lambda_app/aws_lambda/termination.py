"""The end of a process that serves invocations: an exit, or SIGTERM where Lambda sends it."""

import atexit
import logging
import os
import signal
import threading
from collections.abc import Callable
from functools import partial

# As shells count: 128 and the number of the signal.
TERMINATED = 128 + signal.SIGTERM

logger = logging.getLogger(__name__)


def close_at_end(close: Callable[[], None]) -> None:
    """Call a function when the process ends and, in Lambda, at SIGTERM. A handler of your own for SIGTERM stays.

    Lambda sends SIGTERM only where the function has an extension, between two invocations, and SIGKILL soon after it.
    Every other environment ends without notice (Lambda's developer guide, "Understand the Lambda execution environment
    lifecycle").
    """
    atexit.register(close)
    if "AWS_LAMBDA_RUNTIME_API" in os.environ and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        _watch(close)


def _watch(close: Callable[[], None]) -> None:
    """Wait for SIGTERM in a thread. AWS's runtime client waits in C code, where Python calls no signal handler."""
    numbers, written = os.pipe()
    os.set_blocking(written, False)
    # The interpreter writes the number of a signal there at once, whatever the main thread does.
    signal.set_wakeup_fd(written, warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, lambda *_: None)
    # SIGTERM ends a process that the function has forked, and not the function.
    os.register_at_fork(after_in_child=partial(signal.signal, signal.SIGTERM, signal.SIG_DFL))
    threading.Thread(target=_wait, args=(numbers, close), name="termination", daemon=True).start()


def _wait(numbers: int, close: Callable[[], None]) -> None:
    while os.read(numbers, 1) != bytes([signal.SIGTERM]):
        pass
    try:
        close()
    except Exception:
        logger.exception("the resources cannot be closed")
    finally:
        os._exit(TERMINATED)
