"""The benchmarks: what they measured is what the README shows. Goes where `benchmarks` goes."""

import json

import chart
import report
from processes import ROOT

README = (ROOT / "README.md").read_text()


def test_the_figures_are_those_that_make_bench_measured() -> None:
    benchmarks = ROOT / "benchmarks"
    results = json.loads((benchmarks / "results.json").read_text())
    assert report.IN_README.search(README)
    assert report.in_readme(README, results) == README
    assert report.table(results) == (benchmarks / "results.md").read_text()
    assert chart.svg(results) == (benchmarks / "chart.svg").read_text()
