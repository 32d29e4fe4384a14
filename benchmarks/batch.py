"""Many messages: one by one, in batches of a thousand, and through the terminal, where memory must not grow."""

from functools import partial

from containers import build_load, build_ours, container, processors, run_inside
from rest import SERVE, check, wrk
from rounds import Samples, interleave

BASELINE = "one by one"
ROWS = {
    BASELINE: "`POST /process`",
    "batch": "`POST /process/batch`, 1,000 lines each",
    "lines 1000": "`--jsonl`, 1,000 lines",
    "lines 1000000": "`--jsonl`, 1,000,000 lines",
}
BATCH = 1000
CONNECTIONS = 64
SECONDS = 5


def measure(rounds: int) -> Samples:
    """Measure every way."""
    build_load()
    ours = build_ours()
    rows = {
        BASELINE: partial(serve, ours, "/process", "process.lua", "application/json", 1),
        "batch": partial(serve, ours, "/process/batch", "batch.lua", "application/jsonl", BATCH),
        "lines 1000": partial(lines, ours, 1000),
        "lines 1000000": partial(lines, ours, 1_000_000),
    }
    return interleave(rows, rounds, "batches")


def serve(image: str, path: str, script: str, content_type: str, messages: int) -> dict[str, float]:
    """Return the messages per second of a new server."""
    with container("--publish", "127.0.0.1::8000", "--cpuset-cpus", processors()[0], image, *SERVE) as name:
        check(name, path, content_type, messages)
        wrk(name, script, path, CONNECTIONS, 1)
        return {"messages": wrk(name, script, path, CONNECTIONS, SECONDS)["requests"] * messages}


def lines(image: str, number: int) -> dict[str, float]:
    """Return the messages per second of the terminal, its start included, and its peak memory."""
    seconds, megabytes = run_inside(image, "lines.py", str(number))
    return {"messages": number / seconds, "megabytes": megabytes}
