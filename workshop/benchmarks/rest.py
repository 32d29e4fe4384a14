"""REST: one process behind wrk, each on a processor of its own where there are two; over one network namespace."""

import json
import re
import sys
import time
import urllib.request
from functools import partial

from containers import (
    LOAD,
    ROOT,
    address,
    build_load,
    build_ours,
    build_peer,
    container,
    docker,
    processors,
    resident_megabytes,
)
from lambda_events import ANSWER
from rounds import Samples, interleave

BASELINE = "fastapi"
ROWS = {
    BASELINE: "FastAPI, `async def`",
    "fastapi-silent": "FastAPI, `async def`, no access log",
    "fastapi-def": "FastAPI, `def`",
    "fastapi-granian": "FastAPI on granian, `async def`, no access log",
    "ours-loop": "lambda_app, `async def`",
    "ours-threads": "lambda_app, `def`",
}
CONNECTIONS = (1, 64, 256)
SECONDS = 4
UVICORN = ("python", "-m", "uvicorn", "app:app", "--host", "0.0.0.0", "--port", "8000")  # noqa: S104 (in a container)
GRANIAN = ("python", "-m", "granian", "--interface", "asgi", "--host", "0.0.0.0", "--port", "8000", "app:app")  # noqa: S104 (as above)
SERVE = ("python", "-m", "lambda_app.serve")
# On a processor of its own, where there are two, and without the image's health check, which the peers do not have.
PUBLISHED = ("--publish", "127.0.0.1::8000", "--cpuset-cpus", processors()[0], "--no-healthcheck")
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


def measure(rounds: int) -> Samples:
    """Measure every server at every number of connections."""
    build_load()
    ours, peer = build_ours(), build_peer("rest")
    rows = {
        "fastapi": partial(serve, peer, UVICORN, "/process"),
        "fastapi-silent": partial(serve, peer, (*UVICORN, "--no-access-log"), "/process"),
        "fastapi-def": partial(serve, peer, UVICORN, "/process-in-thread"),
        "fastapi-granian": partial(serve, peer, GRANIAN, "/process"),
        "ours-loop": partial(serve, ours, SERVE, "/process", asynchronous()),
        "ours-threads": partial(serve, ours, SERVE, "/process"),
    }
    return interleave(rows, rounds, "REST")


def asynchronous() -> tuple[str, ...]:
    """Return what Docker is told for our image with the same endpoint as an `async def`."""
    endpoints = ROOT / "build" / "async_endpoints.py"
    endpoints.parent.mkdir(exist_ok=True)
    source = (ROOT / "lambda_app" / "endpoints.py").read_text()
    endpoints.write_text(re.sub("^def ", "async def ", source, flags=re.MULTILINE))
    return ("--volume", f"{endpoints}:/app/lambda_app/endpoints.py:ro")


def serve(image: str, command: tuple[str, ...], path: str, options: tuple[str, ...] = ()) -> dict[str, float]:
    """Return the figures of a new server at every number of connections, and its resident memory afterwards."""
    figures = {}
    with container(*PUBLISHED, *options, image, *command) as name:
        check(name, path)
        wrk(name, path, 64, 1)
        for connections in CONNECTIONS:
            for metric, value in wrk(name, path, connections, SECONDS).items():
                figures[f"{metric} {connections}"] = value
        figures["megabytes"] = resident_megabytes(name)
    return figures


def check(name: str, path: str, messages: int = 1) -> None:
    """Wait for a server and check its answer, to a document or to so many lines of JSON."""
    host, port = address(name, 8000)
    body = b'{"message": "hello"}\n' * messages
    content_type = "application/json" if messages == 1 else "application/jsonl"
    request = urllib.request.Request(f"http://{host}:{port}{path}", body, {"content-type": content_type})
    for _ in range(100):
        try:
            with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 (our own server)
                answers = response.read().splitlines()
        except OSError:
            time.sleep(0.1)
        else:
            if [json.loads(answer) for answer in answers] != [ANSWER] * messages:
                sys.exit(f"{name}: a wrong answer: {answers[:2]}")
            return
    sys.exit(f"the server does not answer\n{docker('logs', name)}")


def wrk(name: str, path: str, connections: int, seconds: int, messages: int = 1) -> dict[str, float]:
    """Return requests per second and latencies of a server under load, each request with so many messages."""
    options = (f"--threads=1 --connections={connections} --duration={seconds}s --timeout=30s --latency").split()
    where = ("--rm", "--network", f"container:{name}", "--cpuset-cpus", processors()[1])
    command = ("wrk", *options, "--script=/post.lua", f"http://127.0.0.1:8000{path}")
    output = docker("run", *where, "--env", f"MESSAGES={messages}", LOAD, *command)
    if "Non-2xx" in output or "Socket errors" in output:
        sys.exit(output)
    return {"requests": float(found(r"Requests/sec:\s+(\S+)", output)), **latencies(output)}


def latencies(output: str) -> dict[str, float]:
    """Return the percentiles that wrk prints, in seconds."""
    figures = {}
    for percentile in (50, 99):
        number = found(rf"{percentile}%\s+([0-9.]+)", output)
        figures[f"p{percentile}"] = float(number) * UNITS[found(rf"{percentile}%\s+[0-9.]+([a-z]+)", output)]
    return figures


def found(pattern: str, output: str) -> str:
    """Return what wrk prints for a pattern."""
    match = re.search(pattern, output)
    return match[1] if match else sys.exit(output)
