"""Requests that ask for another protocol: the body is a body."""

import asyncio

import pytest

from tests.attacks.door import Door
from tests.attacks.smuggling import JAVA, SMUGGLED, exchange
from tests.e2e.tools import output


@pytest.mark.parametrize("upgrade", ["h2c", "tls/1.0", "none"])
def test_a_body_in_a_segment_of_its_own_is_never_executed(upgrade: str, door: Door) -> None:
    head = JAVA.format(length=len(SMUGGLED)).replace("Upgrade: h2c", f"Upgrade: {upgrade}").encode()
    answer = asyncio.run(exchange(door.address, head, SMUGGLED))
    assert (answer[:12], answer.count(b"HTTP/1.1")) == (b"HTTP/1.1 400", 1)
    assert "/smuggled" not in door.log()


def test_the_client_of_java_is_answered(door: Door) -> None:
    body = b'{"message": "hello"}'
    answer = asyncio.run(exchange(door.address, JAVA.format(length=len(body)).encode() + body))
    assert (answer[:12], answer.rpartition(b"\r\n\r\n")[2]) == (b"HTTP/1.1 200", b'{"message":"hello"}')


def test_curl_with_http2_is_answered(door: Door) -> None:
    url = f"http://{door.address.host}:{door.address.port}/process"
    assert output("curl", "--silent", "--http2", "--json", '{"message": "hello"}', url) == '{"message":"hello"}'
