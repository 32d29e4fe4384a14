"""Clients that do not read what they are answered."""

import asyncio

import pytest

from tests.attacks.clients import RESET, post
from tests.attacks.door import Door, withstanding
from tests.attacks.floods import PIECE, unread

LARGE = b'{"message": "xxxxxxxx", "times": 1048576}'


@pytest.mark.parametrize("lines", [b"\n" * PIECE, b'{"a":0,"b":0}\n' * (PIECE // 14)], ids=["line feeds", "bad fields"])
def test_a_batch_stops_for_a_client_that_never_reads(lines: bytes, door: Door) -> None:
    request = post(lines, "/process/batch", "application/jsonl")
    with withstanding(door):
        ends = asyncio.run(unread(door.address, request, 60))
    assert ends == {RESET: 60}


def test_a_large_response_is_thrown_away_for_a_client_that_never_reads(door: Door) -> None:
    with withstanding(door):
        ends = asyncio.run(unread(door.address, post(LARGE), 10))
    assert ends == {RESET: 10}
