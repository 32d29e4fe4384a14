"""The floods of other servers: what they did is what docs/withstands.md shows."""

import json

import attacks_report
from processes import ROOT


def test_the_table_is_what_make_attack_peers_found() -> None:
    page = (ROOT / "docs/withstands.md").read_text()
    results = json.loads((ROOT / "workshop/benchmarks/attacks.json").read_text())
    assert attacks_report.IN_PAGE.search(page)
    assert attacks_report.in_page(page, results) == page
