"""More requests than the server has room for."""

import asyncio

from tests.attacks.door import Door, withstanding
from tests.attacks.floods import waiting


def test_requests_beyond_the_limit_are_shed_with_503() -> None:
    with Door(PROCESS_THREADS=2, MAX_REQUESTS=8) as door:
        with withstanding(door):
            ends = asyncio.run(waiting(door.address))
        assert set(ends) == {"200", "503"}
        assert ends["503"] >= 190


def test_a_request_that_takes_too_long_is_answered_504() -> None:
    with Door(REQUEST_TIMEOUT=2) as door:
        with withstanding(door):
            ends = asyncio.run(waiting(door.address, 4))
        assert ends == {"504": 4}
