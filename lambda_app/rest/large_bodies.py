"""Large bodies, of which the event loop reads one at a time, so that other requests are served in between."""

import asyncio
from weakref import WeakKeyDictionary

# Bytes from which reading may take so long that many at once would hold up `/health`.
LARGE = 65_536

_locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


async def turn() -> None:
    """Wait for a turn of the event loop in which no other large body is read. The caller then reads its own at once.

    Without it, all bodies that have arrived would be read before the loop looks for what else has arrived.
    """
    lock = _locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())
    async with lock:
        await asyncio.sleep(0)
