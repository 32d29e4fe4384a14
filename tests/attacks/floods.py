"""The floods, each with as many clients as it takes; a flood is over within some 20 seconds."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from itertools import chain, repeat

from tests.attacks.clients import Address, at_once, post, send, send_again_and_again, send_and_never_read
from tests.attacks.documents import WORST

MEBIBYTE = 1_048_576
PIECE = 65_536
# What a client sends that is not stopped: eight of them would fill 512 MiB.
ENOUGH = 64 * MEBIBYTE // PIECE
PATIENCE = 15
SECONDS = 5

GET = b"GET /health HTTP/1.1\r\nhost: door\r\n"
CHUNKED = b"POST /process HTTP/1.1\r\nhost: door\r\ntransfer-encoding: chunked\r\n\r\n"
UNENDING = {
    "small header fields": (GET, b"a: b\r\n"),
    "one header field": (GET + b"a: ", b"b"),
    "a request target": (b"GET /", b"a"),
    "blank lines": (b"", b"\r\n"),
    "trailers": (CHUNKED + b"0\r\n", b"a: b\r\n"),
    "a chunk extension": (CHUNKED + b"1;", b"a"),
}


def unending(what: str) -> Iterator[bytes]:
    """Return a request that does not end."""
    start, piece = UNENDING[what]
    return chain([start], repeat(piece * (PIECE // len(piece)), ENOUGH))


async def endless(address: Address, what: str) -> Counter[str]:
    """Send one of the requests that do not end, four times at once."""
    return await at_once(send(address, unending(what), PATIENCE) for _ in range(4))


async def silent(address: Address, connections: int = 2000) -> Counter[str]:
    """Connect, and say nothing."""
    return await at_once(send(address, [], PATIENCE) for _ in range(connections))


async def slow_headers(address: Address, connections: int = 1000) -> Counter[str]:
    """Send a header field a second."""
    fields = [GET, *repeat(b"a: b\r\n", PATIENCE)]
    return await at_once(send(address, fields, PATIENCE, pause=1) for _ in range(connections))


async def half_sent(address: Address, connections: int = 500) -> Counter[str]:
    """Send half of a body of 1 MiB, and no more."""
    request = post(b" " * (MEBIBYTE // 2), length=MEBIBYTE)
    return await at_once(send(address, [request], PATIENCE) for _ in range(connections))


async def trickling(address: Address, connections: int = 100) -> Counter[str]:
    """Send a body a byte a second."""
    pieces = [post(b"", length=1000), *repeat(b" ", PATIENCE)]
    return await at_once(send(address, pieces, PATIENCE, pause=1) for _ in range(connections))


async def unread(address: Address, request: bytes, connections: int) -> Counter[str]:
    """Send requests, and read no answer."""
    return await asyncio.to_thread(send_and_never_read, address, request, connections, PATIENCE)


async def documents(address: Address, name: str, clients: int = 16) -> Counter[str]:
    """Send one of the worst documents for some seconds."""
    request = post(WORST[name]())
    counts = await asyncio.gather(*(send_again_and_again(address, request, SECONDS) for _ in range(clients)))
    return sum(counts, Counter())


async def waiting(address: Address, requests: int = 200) -> Counter[str]:
    """Send requests that take three seconds each."""
    request = post(b'{"message": "slow", "seconds": 3}')
    return await at_once(send(address, [request], 2 * PATIENCE) for _ in range(requests))
