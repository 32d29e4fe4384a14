"""Connections that wait, or make the server wait."""

import asyncio

from tests.attacks.clients import CLOSED, OPEN, RESET
from tests.attacks.door import Door, withstanding
from tests.attacks.floods import half_sent, silent, slow_headers, trickling

# What becomes of a connection that gives way to a new one: it is closed where it has sent nothing, and the answer may
# come too late where it still sends.
NO_ROOM = ("503", CLOSED, RESET)


def test_silent_connections_are_closed(door: Door) -> None:
    with withstanding(door):
        ends = asyncio.run(silent(door.address))
    assert OPEN not in ends


def test_slow_headers_are_answered_408_or_give_way(door: Door) -> None:
    with withstanding(door):
        ends = asyncio.run(slow_headers(door.address))
    assert set(ends) <= {"408", *NO_ROOM}


def test_bodies_that_stop_half_way_are_answered_408_or_have_no_room() -> None:
    # A door of its own: in one that another attack has met, the heap already has the holes that these leave.
    with Door(BODY_TIMEOUT=3) as door, withstanding(door):
        ends = asyncio.run(half_sent(door.address))
    assert set(ends) <= {"408", *NO_ROOM}


def test_a_body_that_trickles_is_answered_408(door: Door) -> None:
    with withstanding(door):
        ends = asyncio.run(trickling(door.address))
    assert set(ends) == {"408"}


def test_more_connections_than_descriptors_leave_the_server_answering() -> None:
    with Door("--ulimit", "nofile=1024", HEADER_TIMEOUT=3) as door:
        with withstanding(door, is_full=True):
            asyncio.run(silent(door.address, 1200))
        log = door.log()
    assert len(log.splitlines()) < 5000
