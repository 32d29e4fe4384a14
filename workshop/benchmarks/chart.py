"""The chart that README.md shows: one bar a row, as a multiple of FastAPI + Mangum. Written by hand, as SVG."""

from collections.abc import Iterator
from html import escape
from typing import Any

import cold
import warm
from rounds import TIMES, Samples, ratio

# As narrow as its text allows: a telephone shows it in 370 pixels, and has to leave it legible.
WIDTH, LABELS, BARS, LINE, MARGIN = 520, 240, 200, 24, 16
# Its own background, so that it is legible wherever it is shown, and dark where the reader's system is.
STYLE = """
    .page { fill: #ffffff; stroke: #d0d7de } text { fill: #1f2328; font: 13px system-ui, sans-serif }
    .title { font-weight: 600; font-size: 15px } .own { font-weight: 600 }
    .peer { fill: #8c959f } .ours { fill: #0969da }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117; stroke: #30363d } text { fill: #e6edf3 } .peer { fill: #6e7681 } .ours { fill: #4493f8 }
    }
"""


def svg(results: dict[str, Any]) -> str:
    """Return the chart of the results."""
    panels = []
    if "cold" in results["samples"]:
        panels.append((f"Cold start, {TIMES} FastAPI + Mangum, all compiled", cold, "cold"))
    if "warm" in results["samples"]:
        panels.append((f"Warm call, {TIMES} FastAPI + Mangum", warm, "warm"))
    lines: list[str] = []
    top = MARGIN
    for title, section, name in panels:
        samples: Samples = results["samples"][name]
        lines += panel(title, top, {section.ROWS[row]: bar(samples, row, section.BASELINE) for row in samples})
        top += LINE * (len(samples) + 2)
    size = f'width="{WIDTH}" height="{top}" viewBox="0 0 {WIDTH} {top}"'
    page = f'<rect class="page" x="0.5" y="0.5" width="{WIDTH - 1}" height="{top - 1}" rx="6"/>'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="Cold starts and warm calls, compared">'
    )
    return "\n".join([head, f"<style>{STYLE}</style>", page, *lines, "</svg>"]) + "\n"


def bar(samples: Samples, row: str, baseline: str) -> float:
    """Return the length of a row's bar."""
    return ratio(samples, row, baseline, "seconds")[0]


def panel(title: str, top: int, bars: dict[str, float]) -> Iterator[str]:
    """Return the elements of a panel, shortest bar first."""
    yield f'<text class="title" x="{MARGIN}" y="{top + 14}">{escape(title)}</text>'
    longest = max(bars.values())
    for position, (label, length) in enumerate(sorted(bars.items(), key=lambda item: item[1]), 1):
        y = top + LINE * position + 6
        ours = label.startswith("lambda_app")
        width = max(1, BARS * length / longest)
        own = ' class="own"' if ours else ""
        yield f'<text{own} x="{MARGIN + LABELS - 10}" y="{y + 13}" text-anchor="end">{escape(label)}</text>'
        rectangle = f'x="{MARGIN + LABELS}" y="{y}" width="{width:.1f}" height="{LINE - 7}" rx="2"'
        yield f'<rect class="{"ours" if ours else "peer"}" {rectangle}/>'
        yield f'<text{own} x="{MARGIN + LABELS + width + 8:.1f}" y="{y + 13}">{length:.2f}</text>'
