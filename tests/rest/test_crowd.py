"""The connections of a server: what becomes of the memory that they took."""

import asyncio
import resource
import sys
from pathlib import Path
from typing import Any

import pytest
from uvicorn.server import ServerState

from lambda_app.rest.crowd import Crowd
from lambda_app.rest.heap import trim


class Silent:
    """A connection that has never sent anything."""

    active_at = 0.0
    is_dispensable = True

    def give_way(self) -> None:
        """Close nothing."""


@pytest.mark.parametrize(
    ("leaving", "trims"),
    [pytest.param(63, 0, id="a few"), pytest.param(64, 1, id="many"), pytest.param(200, 1, id="all")],
)
def test_memory_is_returned_a_second_after_many_connections_have_gone(
    leaving: int, trims: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    trimmed: list[int] = []
    later: list[tuple[float, Any]] = []

    async def come_and_go() -> None:
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "call_later", lambda seconds, call: later.append((seconds, call)))
        crowd = Crowd(ServerState(), 512, 100, lambda: trimmed.append(1))
        members = [Silent() for _ in range(200)]
        for member in members:
            crowd.admit(member, loop)
        for member in members[:leaving]:
            crowd.leave(member)
        assert [seconds for seconds, _ in later] == [1] * trims
        for _, call in later:
            call()
        later.clear()
        # The next crowd is counted from there.
        for member in members[leaving:][:63]:
            crowd.leave(member)
        assert len(later) == (0 if trims else 1)

    asyncio.run(come_and_go())
    assert trimmed == [1] * trims


@pytest.mark.skipif(sys.platform != "linux", reason="other C libraries return memory in their own ways")
def test_what_is_free_in_the_heap_goes_back_to_the_system() -> None:
    pieces = [bytes(20_000) for _ in range(1000)]
    top = pieces.pop()
    del pieces
    before = resident()
    trim()
    assert resident() < before - 10_000_000
    assert top


def resident() -> int:
    """Return the bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
