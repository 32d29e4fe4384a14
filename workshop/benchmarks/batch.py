"""Many messages: one by one, in batches, and through the terminal, with the memory that each of them takes at most."""

from functools import partial

from containers import build_load, build_ours, container, peak_megabytes, run_inside
from rest import PUBLISHED, SERVE, check, wrk
from rounds import Samples, interleave

BASELINE = "one by one"
ROWS = {
    BASELINE: "`POST /process`",
    "batch": "`POST /process/batch`, 1,000 lines each",
    "large batch": "`POST /process/batch`, 40,000 lines each, one at a time",
    "lines 1000": "`--jsonl`, 1,000 lines",
    "lines 1000000": "`--jsonl`, 1,000,000 lines",
}
SECONDS = 5


def measure(rounds: int) -> Samples:
    """Measure every way."""
    build_load()
    ours = build_ours()
    rows = {
        BASELINE: partial(serve, ours, "/process", 1, 64),
        "batch": partial(serve, ours, "/process/batch", 1000, 64),
        # Nearly the 1 MiB that a request may have. wrk counts what is answered in its time, so it gets more of that.
        "large batch": partial(serve, ours, "/process/batch", 40_000, 1, 4 * SECONDS),
        "lines 1000": partial(lines, ours, 1000),
        "lines 1000000": partial(lines, ours, 1_000_000),
    }
    return interleave(rows, rounds, "batches")


def serve(image: str, path: str, messages: int, connections: int, seconds: int = SECONDS) -> dict[str, float]:
    """Return the messages per second of a new server, and its peak memory."""
    with container(*PUBLISHED, image, *SERVE) as name:
        check(name, path, messages)
        wrk(name, path, connections, 1, messages)
        rate = wrk(name, path, connections, seconds, messages)["requests"] * messages
        return {"messages": rate, "megabytes": peak_megabytes(name)}


def lines(image: str, number: int) -> dict[str, float]:
    """Return the messages per second of the terminal, its start included, and its peak memory."""
    seconds, megabytes = run_inside(image, "lines.py", str(number))
    return {"messages": number / seconds, "megabytes": megabytes}
