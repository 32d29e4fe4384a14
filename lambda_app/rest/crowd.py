"""The connections of a server, and which of them give way to a new one."""

import asyncio
from collections.abc import Callable
from operator import attrgetter
from typing import Protocol
from weakref import WeakKeyDictionary

from uvicorn.server import ServerState

from lambda_app.rest.heap import trim

# Among thousands of new connections that send nothing, one is served whose request follows within these seconds. For so
# long there may be more connections than the limit, by up to a backlog.
_GRACE_SECONDS = 0.1

# When this many connections have gone, the holes that they left in the heap are worth returning. What they held is free
# some time after they have gone, so wait for this many seconds.
_MANY = 64
_TRIM_SECONDS = 1


class Member(Protocol):
    """A connection, as the crowd sees it."""

    active_at: float  # the loop's time when something last arrived

    @property
    def is_dispensable(self) -> bool:
        """Whether the connection may give way."""

    def give_way(self) -> None:
        """Close the connection."""


class Crowd:
    """Keeps the connections of a server at a limit. Those that have been silent for longest give way.

    A server may close an idle connection at any time (RFC 9112, section 9.5). When many have gone, `trim` is called, at
    most once a second: 256 bodies of which half had arrived left up to 40 MiB of holes in the heap.
    """

    def __init__(self, state: ServerState, limit: int, backlog: int, trim: Callable[[], None] = trim) -> None:
        self._connections = state.connections  # uvicorn's, with those of WebSockets
        self._limit = limit
        self._backlog = backlog
        self._members: set[Member] = set()
        self._is_expecting_room = False
        self._trim = trim
        self._most = 0  # members since the heap was trimmed
        self._is_expecting_trim = False

    @property
    def _surplus(self) -> int:
        return max(0, len(self._connections) - self._limit)

    def admit(self, newcomer: Member, loop: asyncio.AbstractEventLoop) -> bool:
        """Take in a connection, unless it is one too many and no other may give way. Return whether it is taken in."""
        surplus = self._surplus
        if surplus and not any(member.is_dispensable for member in self._members):
            return False
        if surplus > self._backlog:
            self._make_room(newcomer.active_at)
        self._members.add(newcomer)
        self._most = max(self._most, len(self._members))
        self._expect_room(loop)
        return True

    def leave(self, member: Member) -> None:
        """Forget a connection."""
        self._members.discard(member)
        if self._most - len(self._members) >= _MANY and not self._is_expecting_trim:
            self._is_expecting_trim = True
            asyncio.get_running_loop().call_later(_TRIM_SECONDS, self._trim_heap)

    def _trim_heap(self) -> None:
        self._is_expecting_trim = False
        self._most = len(self._members)
        self._trim()

    def _expect_room(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._surplus and not self._is_expecting_room:
            self._is_expecting_room = True
            loop.call_later(_GRACE_SECONDS, self._end_grace, loop)

    def _end_grace(self, loop: asyncio.AbstractEventLoop) -> None:
        # A busy loop may not have read yet what has arrived within these seconds. Before the next call, it has.
        loop.call_later(0, self._make_room_again, loop, loop.time() - _GRACE_SECONDS)

    def _make_room_again(self, loop: asyncio.AbstractEventLoop, silent_since: float) -> None:
        self._is_expecting_room = False
        self._make_room(silent_since)
        self._expect_room(loop)

    def _make_room(self, silent_since: float) -> None:
        silent = [each for each in self._members if each.active_at <= silent_since and each.is_dispensable]
        for member in sorted(silent, key=attrgetter("active_at"))[: self._surplus]:
            member.give_way()
            self.leave(member)


_CROWDS: WeakKeyDictionary[ServerState, Crowd] = WeakKeyDictionary()


def crowd_of(state: ServerState, limit: int, backlog: int) -> Crowd:
    """Return the connections of a server. The first call says how many there may be."""
    crowd = _CROWDS.get(state)
    if crowd is None:
        crowd = _CROWDS[state] = Crowd(state, limit, backlog)
    return crowd
