"""The table of the results, and the targets that they are held against."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import batch
import cold
import rest
import restored
import terminal
import warm
import workers
from rounds import TIMES, Samples, median, ratio

MEGABYTE = 1_000_000


# What the tables call the rows of each section.
LABELS = {
    "cold": cold.ROWS,
    "warm": warm.ROWS,
    "restored": restored.ROWS,
    "workers": workers.ROWS,
    "terminal": {
        f"{name} {argument}": f"{label}, `{argument}`"
        for name, label in terminal.ROWS.items()
        for argument in terminal.ARGUMENTS
    },
    "rest": rest.ROWS,
    "batch": batch.ROWS,
}


class Target(NamedTuple):
    """A bound for the ratio of two rows in a metric of a section."""

    name: str
    section: str
    row: str
    baseline: str
    metric: str
    bound: float
    at_most: bool = True

    @property
    def against(self) -> str:
        """What the tables call the baseline."""
        return LABELS[self.section][self.baseline]


TARGETS = [
    Target("cold start", "cold", "ours", "fastapi-multi-stage", "seconds", 0.32),
    Target("cold start", "cold", "ours", "fastapi-single-stage", "seconds", 0.80),
    Target("cold start", "cold", "ours", "fastapi-compiled", "seconds", 0.72),
    Target("cold start of `events.handler`", "cold", "ours-events", "fastapi-compiled", "seconds", 0.40),
    Target("resident memory in Lambda", "cold", "ours", "fastapi-compiled", "megabytes", 0.90),
    Target("first call after a restore", "restored", "restored", restored.BASELINE, "seconds", 1.10),
    Target("memory of a worker, of 16", "workers", "ours", "fastapi", "megabytes", 0.55),
    Target("warm HTTP call", "warm", "ours", "fastapi", "seconds", 0.50),
    Target("direct invocation, against an HTTP event", "warm", "ours-direct", "fastapi", "seconds", 0.10),
    Target("`hello` in the terminal", "terminal", "ours hello", "fastapi hello", "seconds", 0.33),
    Target("`hello` in the terminal", "terminal", "ours hello", "pydantic hello", "seconds", 1.1),
    Target("`--help`", "terminal", "ours --help", "fastapi hello", "seconds", 0.5),
    Target("`--version`", "terminal", "ours --version", "fastapi hello", "seconds", 0.15),
    Target("requests/s, `async def`", "rest", "ours-loop", "fastapi", "requests 64", 1.2, at_most=False),
    Target("requests/s, `async def`", "rest", "ours-loop", "fastapi-silent", "requests 64", 0.85, at_most=False),
    Target("requests/s, `def`", "rest", "ours-threads", "fastapi-def", "requests 64", 1.7, at_most=False),
    Target("resident memory of the server", "rest", "ours-threads", "fastapi", "megabytes", 1.0),
    Target("messages/s by batch", "batch", "batch", "one by one", "messages", 20, at_most=False),
]
MEGABYTES_OVER_BASE = 60
# A figure for each door, which README.md shows: section, row, baseline and metric.
HEADLINES = {
    "Lambda: time of a cold start": ("cold", "ours", "fastapi-compiled", "seconds"),
    "REST: requests a second, 64 connections": ("rest", "ours-threads", "fastapi-def", "requests 64"),
    "terminal: time of `hello`": ("terminal", "ours hello", "fastapi hello", "seconds"),
}
# What `make bench` writes into README.md and docs/performance.md.
WRITTEN = re.compile(r"(?<=<!-- written by make bench -->\n).*?(?=<!-- to here -->)", re.DOTALL)


def written(markdown: str, lines: Iterable[str]) -> str:
    """Return a page with these lines where `make bench` writes."""
    return WRITTEN.sub(lambda _: "\n".join(["", *lines, "", ""]), markdown)


def headlines(results: dict[str, Any]) -> Iterator[str]:
    """Return what README.md shows of the results, as Markdown."""
    yield from (f"| | {TIMES} | of |", "|---|--:|---|")
    for name, (section, row, baseline, metric) in HEADLINES.items():
        if section in results["samples"]:
            times = spread(*ratio(results["samples"][section], row, baseline, metric))
            yield f"| {name} | {times} | {LABELS[section][baseline]} |"


def summary(results: dict[str, Any]) -> Iterator[str]:
    """Return what a reader of docs/performance.md wants to know, as Markdown."""
    samples = results["samples"]
    yield f"| time or memory: less is better | {TIMES} | of |"
    yield "|---|--:|---|"
    for target in TARGETS:
        if target.section in samples and target.at_most and target.section != "rest":
            times = spread(*ratio(samples[target.section], target.row, target.baseline, target.metric))
            yield f"| {target.name} | {times} | {target.against} |"
    if "rest" in samples:
        connections = " / ".join(map(str, rest.CONNECTIONS))
        yield ""
        yield f"Requests a second with {connections} connections, {TIMES} those of FastAPI on uvicorn[standard]: more"
        yield "is better. Here lambda_app logs every request, whatever its peer does."
        yield ""
        peers = ("fastapi", "fastapi-silent", "fastapi-def")
        yield f"| | {' | '.join(rest.ROWS[peer].removeprefix('FastAPI, ') for peer in peers)} |"
        yield "|---|--:|--:|--:|"
        for row in ("ours-loop", "ours-threads"):
            cells = [
                " / ".join(
                    f"{ratio(samples['rest'], row, peer, f'requests {number}')[0]:.2f}" for number in rest.CONNECTIONS
                )
                for peer in peers
            ]
            yield f"| {rest.ROWS[row]} | {' | '.join(cells)} |"
    if "batch" in samples:
        gain = f"{TIMES} {spread(*ratio(samples['batch'], 'batch', batch.BASELINE, 'messages'))}"
        yield from ("", f"Messages a second through `/process/batch`, a thousand at once: {gain} those one by one.")
    if "sizes" in results:
        sizes = "; ".join(f"{cold.ROWS[row]} {size / MEGABYTE:.0f}" for row, size in results["sizes"].items())
        yield from ("", f"Megabytes of the image over its base: {sizes}.")
    yield ""
    yield where(results["machine"])


def where(machine: dict[str, str]) -> str:
    """Say when and on what the results were measured."""
    return (
        f"Measured on {machine['date']}: {machine['processor']}, {machine['system']}, Docker {machine['docker']}, "
        f"{machine['python']} of `{machine['base']}`. The median of each round's own ratio, in brackets its quartiles."
    )


def table(results: dict[str, Any]) -> str:
    """Return the results as Markdown."""
    samples = results["samples"]
    parts = [*heading(results), *targets(results)]
    for name, writer in {
        "cold": cold_table,
        "warm": warm_table,
        "restored": restored_table,
        "workers": workers_table,
        "terminal": terminal_table,
        "rest": rest_table,
    }.items():
        if name in samples:
            parts += ["", *writer(samples[name])]
    if "batch" in samples:
        parts += ["", *batch_table(samples["batch"])]
    if "sizes" in results:
        parts += ["", *size_table(results["sizes"])]
    return "\n".join(parts) + "\n"


def heading(results: dict[str, Any]) -> Iterator[str]:
    """Say what was measured, where and how."""
    yield from ("# Results", "", "Written by `make bench`.", where(results["machine"]))
    yield "Ratios first, then the medians."


def targets(results: dict[str, Any]) -> Iterator[str]:
    """Hold the results against the targets."""
    yield from ("", f"| target | {TIMES} of | bound | measured | |", "|---|---|--:|--:|---|")
    for target in TARGETS:
        if target.section not in results["samples"]:
            continue
        samples = results["samples"][target.section]
        middle, low, high = ratio(samples, target.row, target.baseline, target.metric)
        met = middle <= target.bound if target.at_most else middle >= target.bound
        sign = "≤" if target.at_most else "≥"
        figures = f"{sign} {target.bound:g} | {spread(middle, low, high)}"
        yield f"| {target.name} | {target.against} | {figures} | {verdict(met)} |"
    if "sizes" in results:
        megabytes = results["sizes"]["ours"] / MEGABYTE
        figures = f"≤ {MEGABYTES_OVER_BASE} MB | {megabytes:.0f} MB"
        yield f"| image | over its base | {figures} | {verdict(megabytes <= MEGABYTES_OVER_BASE)} |"


def verdict(met: bool) -> str:  # noqa: FBT001 (what it tells)
    """Return whether a target is met."""
    return "yes" if met else "**no**"


def spread(middle: float, low: float, high: float) -> str:
    """Return a ratio with its quartiles."""
    return f"{middle:.2f} ({low:.2f}\N{EN DASH}{high:.2f})"


def milliseconds(seconds: float) -> str:
    """Return a time, in milliseconds."""
    return f"{seconds * 1000:.3g}" if seconds < 1 else f"{seconds * 1000:.0f}"


def cold_table(samples: Samples) -> Iterator[str]:
    """Return the cold starts, fastest first."""
    yield from ("## Cold start to first answer", "", f"| | {TIMES} FastAPI + Mangum, all compiled | ms | resident MB |")
    yield "|---|--:|--:|--:|"
    for row in sorted(samples, key=lambda row: median(samples, row, "seconds")):
        times = spread(*ratio(samples, row, cold.BASELINE, "seconds"))
        figures = f"{milliseconds(median(samples, row, 'seconds'))} | {median(samples, row, 'megabytes'):.0f}"
        yield f"| {cold.ROWS[row]} | {times} | {figures} |"


def warm_table(samples: Samples) -> Iterator[str]:
    """Return the warm calls, fastest first."""
    yield from ("## Warm call", "", f"| | {TIMES} FastAPI + Mangum | median ms | p99 ms |", "|---|--:|--:|--:|")
    for row in sorted(samples, key=lambda row: median(samples, row, "seconds")):
        times = spread(*ratio(samples, row, warm.BASELINE, "seconds"))
        figures = " | ".join(milliseconds(median(samples, row, metric)) for metric in ("seconds", "p99"))
        yield f"| {warm.ROWS[row]} | {times} | {figures} |"


def restored_table(samples: Samples) -> Iterator[str]:
    """Return the first calls, beside a warm one."""
    yield from ("## Restored by SnapStart", "", f"| | {TIMES} a warm call | ms |", "|---|--:|--:|")
    for row in sorted(samples, key=lambda row: median(samples, row, "seconds")):
        times = spread(*ratio(samples, row, restored.BASELINE, "seconds"))
        yield f"| {restored.ROWS[row]} | {times} | {median(samples, row, 'seconds') * 1000:.2g} |"


def workers_table(samples: Samples) -> Iterator[str]:
    """Return the memory of each of many workers."""
    yield from (f"## {workers.WORKERS} workers", "", f"| | {TIMES} FastAPI + Mangum | MB a worker |", "|---|--:|--:|")
    for row in sorted(samples, key=lambda row: median(samples, row, "megabytes")):
        times = spread(*ratio(samples, row, workers.BASELINE, "megabytes"))
        yield f"| {workers.ROWS[row]} | {times} | {median(samples, row, 'megabytes'):.1f} |"


def terminal_table(samples: Samples) -> Iterator[str]:
    """Return the commands, each argument a column."""
    yield from ("## Terminal", "", f"{TIMES} the command that imports the FastAPI app, for `hello`; then ms.", "")
    yield f"| | {' | '.join(f'`{argument}`' for argument in terminal.ARGUMENTS)} | ms |"
    yield "|---|--:|--:|--:|--:|"
    for name, label in terminal.ROWS.items():
        rows = [f"{name} {argument}" for argument in terminal.ARGUMENTS]
        times = " | ".join(spread(*ratio(samples, row, terminal.BASELINE, "seconds")) for row in rows)
        yield f"| {label} | {times} | {' / '.join(milliseconds(median(samples, row, 'seconds')) for row in rows)} |"


def rest_table(samples: Samples) -> Iterator[str]:
    """Return the servers, at each number of connections."""
    yield from (
        "## REST, one worker",
        "",
        f"Requests a second, {TIMES} FastAPI with `async def`; then p50 / p99 in ms.",
        "",
    )
    columns = [f"{connections} connection{'s' * (connections > 1)}" for connections in rest.CONNECTIONS]
    yield f"| | {' | '.join(columns)} | requests/s at 64 | resident MB |"
    yield "|---|--:|--:|--:|--:|--:|"
    for row in samples:
        cells = []
        for connections in rest.CONNECTIONS:
            times = spread(*ratio(samples, row, rest.BASELINE, f"requests {connections}"))
            latencies = [milliseconds(median(samples, row, f"p{which} {connections}")) for which in (50, 99)]
            cells.append(f"{times}; {' / '.join(latencies)}")
        figures = f"{median(samples, row, 'requests 64'):,.0f} | {median(samples, row, 'megabytes'):.0f}"
        yield f"| {rest.ROWS[row]} | {' | '.join(cells)} | {figures} |"


def batch_table(samples: Samples) -> Iterator[str]:
    """Return the ways to send many messages."""
    yield from ("## Many messages", "", f"| | {TIMES} one by one | messages/s | peak MB |", "|---|--:|--:|--:|")
    for row, label in batch.ROWS.items():
        times = spread(*ratio(samples, row, batch.BASELINE, "messages"))
        figures = f"{median(samples, row, 'messages'):,.0f} | {median(samples, row, 'megabytes'):.0f}"
        yield f"| {label} | {times} | {figures} |"


def size_table(sizes: dict[str, int]) -> Iterator[str]:
    """Return the sizes of the images."""
    yield from ("## Image", "", "| | MB over the base |", "|---|--:|")
    for row, size in sizes.items():
        yield f"| {cold.ROWS[row]} | {size / MEGABYTE:.0f} |"
