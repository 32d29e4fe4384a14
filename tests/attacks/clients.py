"""Clients that do what no client should. Each is a coroutine that ends with what became of its connection."""

import asyncio
import contextlib
import resource
import select
import socket
import time
from collections import Counter
from collections.abc import Coroutine, Iterable
from typing import Any, NamedTuple

OPEN = "open"
CLOSED = "closed"
RESET = "reset"
REFUSED = "refused"

# Seconds for a connection to be made: one that is dropped is tried again after one second, three and seven.
CONNECT = 8
DESCRIPTORS = 8192


class Address(NamedTuple):
    """Where a server listens."""

    host: str
    port: int


def allow_descriptors() -> None:
    """Let this process open thousands of connections."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(DESCRIPTORS, hard), hard))


def post(body: bytes, path: str = "/process", content_type: str = "application/json", *, length: int = -1) -> bytes:
    """Return a request with a body, or with the start of one of `length` bytes."""
    head = f"POST {path} HTTP/1.1\r\nhost: door\r\ncontent-type: {content_type}\r\nconnection: close\r\n"
    return f"{head}content-length: {len(body) if length < 0 else length}\r\n\r\n".encode() + body


async def send(address: Address, chunks: Iterable[bytes], seconds: float, pause: float = 0) -> str:
    """Send chunks, a pause after each, for as long as the server takes them, and read what it answers.

    Returns the status of its answer; else what it did with the connection until that many seconds after the last chunk.
    """
    try:
        reader, writer = await asyncio.wait_for(asyncio.open_connection(*address), CONNECT)
    except OSError:
        return REFUSED
    received = bytearray()
    reading = asyncio.create_task(read(reader, received))
    try:
        for chunk in chunks:
            writer.write(chunk)
            await asyncio.wait_for(writer.drain(), seconds)
            if pause:
                await asyncio.wait([reading], timeout=pause)
            if reading.done():
                break
        end = await asyncio.wait_for(reading, seconds)
    except TimeoutError:
        end = OPEN
    except OSError:
        # The answer may have come before the reset.
        end = await reading
    finally:
        reading.cancel()
        writer.transport.abort()
    return received[9:12].decode() if received.startswith(b"HTTP/") else end


async def read(reader: asyncio.StreamReader, received: bytearray) -> str:
    """Read to the end, and keep the beginning; return how the connection ended."""
    try:
        while chunk := await reader.read(65_536):
            if len(received) < len(chunk):
                received += chunk
    except OSError:
        return RESET
    return CLOSED


def send_and_never_read(address: Address, request: bytes, clients: int, seconds: float) -> Counter[str]:
    """Send a request on each of many connections, and take nothing of the answers; count how they end in that time."""
    ends: Counter[str] = Counter()
    hung_up = select.poll()
    with contextlib.ExitStack() as stack:
        connections = {}
        for _ in range(clients):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(CONNECT)
            try:
                client.connect(address)
                client.sendall(request)
            except OSError:
                ends[REFUSED] += 1
            else:
                connections[client.fileno()] = client
                hung_up.register(client, select.POLLRDHUP)
        end = time.monotonic() + seconds
        while connections and (left := end - time.monotonic()) > 0:
            for number, event in hung_up.poll(left * 1000):
                ends[RESET if event & select.POLLERR else CLOSED] += 1
                hung_up.unregister(connections.pop(number))
        ends[OPEN] += len(connections)
    return +ends


async def send_again_and_again(address: Address, request: bytes, seconds: float) -> Counter[str]:
    """Send the same request on one connection after the other, for so many seconds; count the answers."""
    ends: Counter[str] = Counter()
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end:
        ends[await send(address, [request], 30)] += 1
    return ends


async def at_once(clients: Iterable[Coroutine[Any, Any, str]]) -> Counter[str]:
    """Let clients do what they do at the same time, and count how they ended."""
    return Counter(await asyncio.gather(*clients))
