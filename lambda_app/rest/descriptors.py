"""How many connections fit into the open files that a process of the REST server may have."""

import logging
import resource
from contextlib import suppress
from functools import cache

# asyncio accepts up to a backlog of connections in each turn of the event loop. As many each may have been accepted in
# this turn and in the last one, may be more than MAX_CONNECTIONS, and may be about to be closed. Without a free
# descriptor the accept loop spins.
_BACKLOGS = 4
_OTHER_DESCRIPTORS = 60  # standard streams, listeners, the event loop, what the application opens
_MIN_BACKLOG = 16
_MAX_BACKLOG = 2048  # uvicorn's own

logger = logging.getLogger(__name__)


@cache
def descriptors() -> int:
    """Raise the limit on open files as far as this process may (RLIMIT_NOFILE), and return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # macOS calls the hard limit infinite, and takes no such soft limit
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return soft


def longest_backlog(max_connections: int) -> int:
    """Return the longest backlog with which so many connections fit."""
    fitting = (descriptors() - _OTHER_DESCRIPTORS - max_connections) // _BACKLOGS
    return max(_MIN_BACKLOG, min(_MAX_BACKLOG, fitting))


@cache
def connection_limit(max_connections: int, backlog: int) -> int:
    """Return how many of so many connections fit, but at least one. A line in the log says if not all do."""
    fitting = max(1, descriptors() - _OTHER_DESCRIPTORS - _BACKLOGS * backlog)
    if fitting < max_connections:
        logger.warning(
            "MAX_CONNECTIONS lowered from %d to %d, because this process may have only %d open files, and a backlog of "
            "%d can take %d of them",
            max_connections,
            fitting,
            descriptors(),
            backlog,
            _BACKLOGS * backlog,
        )
    return min(max_connections, fitting)
