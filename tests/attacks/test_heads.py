"""Requests that do not end: the parser is given no more than a bound."""

import asyncio

import pytest

from tests.attacks.door import Door, withstanding
from tests.attacks.floods import UNENDING, endless

# Within a body, what is around its chunks is no header: the request is malformed.
REFUSED = {"trailers": "400", "a chunk extension": "400"}


@pytest.mark.parametrize("what", UNENDING)
def test_an_endless_request_is_refused_and_its_connection_closed(what: str, door: Door) -> None:
    with withstanding(door):
        ends = asyncio.run(endless(door.address, what))
    assert ends == {REFUSED.get(what, "431"): 4}
