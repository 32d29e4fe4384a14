"""The REST door of the image in a small container, and what has to hold of it."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from tests.attacks.clients import Address, at_once, post, send
from tests.attacks.witness import Witness
from tests.e2e.tools import HARDENED, IMAGE, Container, inspect, output, wait_for
from tests.project.imports import PLAIN

MEBIBYTE = 1_048_576
# Seconds in which `/health` has to answer, and in which memory has to come back.
ON_TIME = 1
SECONDS = 30
# Where the backlog overflows, the kernel drops what opens a connection, and the client sends it again after a second
# (RFC 6298, "Computing TCP's Retransmission Timer").
RETRANSMISSION = 1
# What an attack may leave behind, in bytes.
REMAINS = 20 * MEBIBYTE

# An application of the tests' own in place of a person's.
FILES = {path.name: path for path in (*PLAIN, Path(__file__).with_name("endpoints.py"))}
APPLICATION = [f"--volume={path}:/app/lambda_app/{name}:ro" for name, path in FILES.items()]
SMALL = ("--memory", "512m", "--memory-swap", "512m", "--cpus", "1", *HARDENED)
# cgroup's second version, or its first.
MEMORY = """
cd /sys/fs/cgroup
cat memory.current memory.stat 2>/dev/null || cat memory/memory.usage_in_bytes memory/memory.stat
"""


def address(name: str) -> Address:
    """Return where a container listens. Docker's proxy of a published port accepts every connection, and reads."""
    networks = inspect(name)["NetworkSettings"]["Networks"]
    return Address(next(iter(networks.values()))["IPAddress"], 8000)


def memory(name: str) -> int:
    """Return the bytes of memory that a container uses, without the cache of its files."""
    used, *statistics = output("docker", "exec", name, "sh", "-c", MEMORY).splitlines()
    cache = {key: int(size) for key, size in (line.split() for line in statistics)}
    return int(used) - cache.get("total_cache", cache.get("file", 0))


async def warm_up(address: Address) -> None:
    """Let every thread work once, and a large document be refused, which imports what reads one."""
    await at_once(send(address, [post(b'{"message": "hello", "seconds": 0.1}')], SECONDS) for _ in range(64))
    await send(address, [post(b" " * (MEBIBYTE - 2) + b"{}")], SECONDS)


class Door(Container):
    """The REST door, warm."""

    def __init__(self, *options: str, **settings: int) -> None:
        environment = [f"--env={name}={value}" for name, value in settings.items()]
        super().__init__(IMAGE, options=(*SMALL, *APPLICATION, *environment, *options))

    def __enter__(self) -> Self:
        super().__enter__()
        self.address = address(self.name)
        wait_for(f"{self.url}/health")
        asyncio.run(warm_up(self.address))
        return self

    def memory(self) -> int:
        """Return the bytes of memory that the container uses, without the cache of its files."""
        return memory(self.name)

    def is_running(self) -> bool:
        """Tell whether the container has survived."""
        is_running: bool = inspect(self.name)["State"]["Running"]
        return is_running


@contextmanager
def withstanding(door: Door, *, is_full: bool = False) -> Iterator[None]:
    """Let a door be attacked meanwhile, and assert that it withstands.

    `/health` answers in time, an honest client is served or gets a 503, the container survives, and memory comes back
    to what it was before. Where the door is full of connections, a 503 is an answer of `/health` too, and connecting
    may take a retransmission.
    """
    before = door.memory()
    with Witness(door.address) as witness:
        yield
    assert door.is_running(), "the container has ended"
    good = {"200", "503"} if is_full else {"200"}
    limit = ON_TIME + RETRANSMISSION if is_full else ON_TIME
    late = [seen for seen in witness.of("/health") if seen.end not in good or seen.seconds > limit]
    assert not late, f"{len(late)} of {len(witness.of('/health'))}: {late[:9]}"
    unserved = [seen for seen in witness.of("/process") if seen.end not in {"200", "503"}]
    assert not unserved, f"{len(unserved)} of {len(witness.of('/process'))}: {unserved[:9]}"
    deadline = time.monotonic() + SECONDS
    while (left := door.memory() - before) > REMAINS and time.monotonic() < deadline:
        time.sleep(0.5)
    assert left <= REMAINS, f"{left / MEBIBYTE:.0f} MiB more than before"
