"""Documents that cost much more than they are long."""

import asyncio

import pytest

from tests.attacks.documents import WORST
from tests.attacks.door import Door, withstanding
from tests.attacks.floods import documents

REFUSED = {"nested lists": "413", "lists side by side": "413"}


@pytest.mark.parametrize("name", WORST)
def test_sixteen_clients_that_send_the_worst_document_disturb_nobody(name: str, door: Door) -> None:
    with withstanding(door):
        ends = asyncio.run(documents(door.address, name))
    refused = REFUSED.get(name, "422")
    assert set(ends) <= {refused, "503"}
    assert refused in ends
