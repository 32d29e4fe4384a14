"""SnapStart: what is done before the snapshot of a process, and what has to wait until it is restored.

Lambda's developer guide, "Improving startup performance with Lambda SnapStart".
"""

import logging
import os
from collections.abc import Callable
from contextlib import suppress

from pydantic_core import from_json

from lambda_app.settings import get_settings

# The interpreter specialises what it runs only after some calls (PEP 659).
WARM_UP_CALLS = 20


def is_taken() -> bool:
    """Tell whether Lambda takes a snapshot of this process once it is initialised."""
    return os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start"


def start_up(start: Callable[[], object]) -> None:
    """Call a function now or, where Lambda takes a snapshot, after the restore.

    A connection does not outlive the snapshot, and a secret may have been replaced since. So every restored environment
    reads the settings again before it calls `start`. Raises what `start` raises.
    """
    if not is_taken():
        start()
        return
    from snapshot_restore_py import register_after_restore  # noqa: PLC0415 (SnapStart alone needs it)

    register_after_restore(_restore, start)


def _restore(start: Callable[[], object]) -> None:
    import random  # noqa: PLC0415 (as above)

    # Every environment is restored from the same snapshot, and would draw the same random numbers ("Handling uniqueness
    # with Lambda SnapStart"). `os.urandom` needs no seed.
    random.seed()
    get_settings.cache_clear()
    get_settings()
    start()


def warm_up(handler: Callable[[object, object], object]) -> None:
    """Do before the snapshot what a first request would do, short of calling an endpoint's function.

    Nothing has started up yet, so a request may fail. The log is off, because its lines would mislead.
    """
    from_json('"text"')  # the first string that pydantic's parser reads allocates its cache of strings
    logging.disable()
    for _ in range(WARM_UP_CALLS):
        with suppress(Exception):
            handler({"body": ""}, None)
    logging.disable(logging.NOTSET)
