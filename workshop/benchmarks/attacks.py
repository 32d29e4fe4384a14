"""Flood FastAPI on the servers that people choose, as `make attack` floods this project: `make attack-peers`.

Each flood meets a new container of 512 MiB and one processor. Writes attacks.json beside this file, and the table of
docs/withstands.md.
"""

import argparse
import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import attacks_report
from bench import machine
from containers import ROOT, build_ours, build_peer, container
from rest import SERVE, UVICORN

from tests.attacks import floods
from tests.attacks.clients import Address, allow_descriptors, post
from tests.attacks.door import APPLICATION, MEBIBYTE, ON_TIME, SMALL, address, memory, warm_up
from tests.attacks.smuggling import JAVA, SMUGGLED, exchange
from tests.attacks.witness import Witness, ask

RESULTS = Path(__file__).with_name("attacks.json")
PAGE = ROOT / "docs/withstands.md"
SECONDS = 40
BIND = "0.0.0.0:8000"
BIND_GRANIAN = ("--host", "0.0.0.0", "--port", "8000")  # noqa: S104 (in a container)
# Some write a temporary file.
PEER = (*SMALL, "--tmpfs", "/tmp")  # noqa: S108 (in the container)
WORKER = "uvicorn_worker.UvicornWorker"
SERVERS = {
    "lambda_app": (),
    "uvicorn, httptools": (*UVICORN, "--http", "httptools"),
    "uvicorn, h11": (*UVICORN, "--http", "h11"),
    "gunicorn, uvicorn-worker": (
        "python",
        "-m",
        "gunicorn",
        "app:app",
        "-k",
        "uvicorn_worker.UvicornWorker",
        "-b",
        BIND,
    ),
    "hypercorn": ("python", "-m", "hypercorn", "app:app", "--bind", BIND),
    "granian": ("python", "-m", "granian", "app:app", "--interface", "asgi", *BIND_GRANIAN),
}
LARGE = post(b'{"message": "xxxxxxxx", "times": 1048576}')

Flood = Callable[[Address], Coroutine[Any, Any, Counter[str]]]


async def smuggle(where: Address) -> Counter[str]:
    """Send a request inside the body of another one; count the answers."""
    answer = await exchange(where, JAVA.format(length=len(SMUGGLED)).encode(), SMUGGLED)
    return Counter(re.findall(r"HTTP/1\.1 (\d+)", answer.decode(errors="replace")))


FLOODS: dict[str, Flood] = {
    "small header fields": partial(floods.endless, what="small header fields"),
    "one header field": partial(floods.endless, what="one header field"),
    "trailers": partial(floods.endless, what="trailers"),
    "nested lists": partial(floods.documents, name="nested lists"),
    "unknown fields": partial(floods.documents, name="unknown fields"),
    "silent connections": floods.silent,
    "slow header fields": floods.slow_headers,
    "half-sent bodies": floods.half_sent,
    "unread responses": partial(floods.unread, request=LARGE, connections=10),
    "waiting requests": floods.waiting,
    "smuggling": smuggle,
}


def main() -> None:
    """Let every flood meet every server that it has not met, or again those that are named."""
    parser = argparse.ArgumentParser(description="Flood FastAPI on several servers.")
    parser.add_argument("servers", nargs="*", help=f"of {'; '.join(SERVERS)}; all without any")
    chosen = parser.parse_args().servers or list(SERVERS)
    allow_descriptors()
    ours, peers = build_ours(), build_peer("servers")
    found: dict[str, dict[str, Any]] = json.loads(RESULTS.read_text())["floods"] if RESULTS.exists() else {}
    for name, flood in FLOODS.items():
        for server in chosen:
            if server in found.get(name, {}) and chosen == list(SERVERS):
                continue
            command = SERVERS[server]
            options = (*PEER, peers, *command) if command else (*SMALL, *APPLICATION, ours, *SERVE)
            found.setdefault(name, {})[server] = result = meet(flood, options)
            print(f"{name} | {server} | {json.dumps(result)}", flush=True)
            RESULTS.write_text(json.dumps({"machine": machine(), "floods": found}, indent=1) + "\n")
    PAGE.write_text(attacks_report.in_page(PAGE.read_text(), json.loads(RESULTS.read_text())))


def meet(flood: Flood, options: tuple[str, ...]) -> dict[str, Any]:
    """Return what became of the attackers, of an honest client, and of the container."""
    with container("--no-healthcheck", *options) as name:
        where = address(name)
        open_up(where)
        before = memory(name)
        with Witness(where) as witness:
            ends = asyncio.run(bounded(flood(where)))
        left = settled(name)
        health, honest = witness.of("/health"), witness.of("/process")
        return {
            "ends": dict(ends),
            "health": {
                "asked": len(health),
                "late": sum(seen.end != "200" or seen.seconds > ON_TIME for seen in health),
                "slowest": round(max(seen.seconds for seen in health), 2),
            },
            "honest": {"asked": len(honest), "unserved": sum(seen.end not in {"200", "503"} for seen in honest)},
            "is_alive": left is not None,
            "mebibytes_left": None if left is None else round((left - before) / MEBIBYTE),
        }


async def bounded(flood: Coroutine[Any, Any, Counter[str]]) -> Counter[str]:
    """Return what becomes of the attackers; of those that go on for too long, nothing."""
    with suppress(TimeoutError):
        return await asyncio.wait_for(flood, SECONDS)
    return Counter({"endless": 1})


def open_up(where: Address) -> None:
    """Wait for the server, and warm it up."""
    deadline = time.monotonic() + SECONDS
    while ask(where, "/health") != "200":
        if time.monotonic() > deadline:
            raise RuntimeError("the server does not answer")
        time.sleep(0.1)
    asyncio.run(warm_up(where))


def settled(name: str) -> int | None:
    """Return the least memory that a container uses in the next seconds, or nothing where it has ended."""
    sizes = []
    for _ in range(5):
        time.sleep(1)
        try:
            sizes.append(memory(name))
        except RuntimeError:
            return None
    return min(sizes)


if __name__ == "__main__":
    main()
