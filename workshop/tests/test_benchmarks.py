"""The benchmarks: what they measured is what README.md and docs/performance.md show."""

import json

import chart
import report
from processes import ROOT

README, PAGE = ((ROOT / name).read_text() for name in ("README.md", "docs/performance.md"))


def test_the_figures_are_those_that_make_bench_measured() -> None:
    benchmarks = ROOT / "workshop/benchmarks"
    results = json.loads((benchmarks / "results.json").read_text())
    for page, lines in ((README, report.headlines(results)), (PAGE, report.summary(results))):
        assert report.WRITTEN.search(page)
        assert report.written(page, lines) == page
    assert report.table(results) == (benchmarks / "results.md").read_text()
    assert chart.svg(results) == (benchmarks / "chart.svg").read_text()
