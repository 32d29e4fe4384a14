"""Run the benchmarks: `python workshop/benchmarks/bench.py [--quick] [SECTION …]`, by default every section.

Builds every image, measures, and writes results.json (every figure), results.md and chart.svg beside this file, and
the ratios into README.md and docs/performance.md. Sections that are not named keep the figures that results.json has.
`--report` only writes tables and chart again.
"""

import argparse
import json
import os
import platform
import time
from pathlib import Path
from typing import Any

import batch
import chart
import cold
import report
import rest
import restored
import terminal
import warm
import workers
from containers import ROOT, base, build_ours, build_peer, docker, size
from rounds import TIMES

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
README = ROOT / "README.md"
PAGE = ROOT / "docs/performance.md"
# Of each section: the module, the rounds, and the seconds that a round takes.
SECTIONS = {
    "cold": (cold, 40, 9),
    "warm": (warm, 15, 6),
    "restored": (restored, 10, 15),
    "workers": (workers, 5, 12),
    "terminal": (terminal, 12, 20),
    "rest": (rest, 7, 55),
    "batch": (batch, 5, 50),
}
QUICK_ROUNDS = 3
BUILD_SECONDS = 180
MINUTE = 60


def main() -> None:
    """Measure the sections that were asked for, and write the results."""
    parser = argparse.ArgumentParser(description="Compare lambda_app with its peers, side by side, in Docker.")
    parser.add_argument("sections", nargs="*", help=f"of {', '.join(SECTIONS)}; all without any")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROUNDS} rounds: for a first impression only")
    parser.add_argument("--report", action="store_true", help="write tables and chart again, from results.json")
    options = parser.parse_args()
    if unknown := set(options.sections) - set(SECTIONS):
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"samples": {}}
    if not options.report:
        measure(options.sections or list(SECTIONS), results, quick=options.quick)
    (HERE / "results.md").write_text(report.table(results))
    (HERE / "chart.svg").write_text(chart.svg(results))
    README.write_text(report.written(README.read_text(), report.headlines(results)))
    PAGE.write_text(report.written(PAGE.read_text(), report.summary(results)))
    print((HERE / "results.md").read_text())


def measure(sections: list[str], results: dict[str, Any], *, quick: bool) -> None:
    """Measure sections into the results, and write these after each: a later one may fail."""
    plan = {name: min(SECTIONS[name][1], QUICK_ROUNDS) if quick else SECTIONS[name][1] for name in sections}
    seconds = BUILD_SECONDS + sum(rounds * SECTIONS[name][2] for name, rounds in plan.items())
    print(f"This takes about {-(-seconds // MINUTE)} minutes, the first build of the images included.", flush=True)
    start = time.monotonic()
    results.update(sizes=sizes(), machine=machine())
    for name, rounds in plan.items():
        print(f"{name}:", flush=True)
        results["samples"][name] = SECTIONS[name][0].measure(rounds)
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    print(f"It took {(time.monotonic() - start) / MINUTE:.0f} minutes.\n")


def sizes() -> dict[str, int]:
    """Return the sizes of the images that serve the same, in bytes, without their base."""
    packagings = ("multi-stage", "single-stage", "compiled")
    images = {f"fastapi-{packaging}": build_peer("fastapi", packaging) for packaging in packagings}
    return {name: size(image) - size(base()) for name, image in {"ours": build_ours(), **images}.items()}


def machine() -> dict[str, str]:
    """Return what the figures were measured on."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "processor": f"{os.cpu_count()} {TIMES} {models[0] if models else platform.machine()}",
        "system": f"{platform.system()} {platform.machine()}",
        "docker": docker("version", "--format", "{{.Server.Version}}"),
        "python": docker("run", "--rm", base(), "python", "--version"),
        "base": base(),
        "date": time.strftime("%Y-%m-%d"),
    }


if __name__ == "__main__":
    main()
