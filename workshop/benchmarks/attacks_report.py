"""What the floods found, as a table of docs/withstands.md."""

import re
from collections.abc import Iterator
from typing import Any

from report import where

# What `make attack-peers` writes.
IN_PAGE = re.compile(r"(?<=<!-- written by make attack-peers -->\n).*?(?=<!-- to here -->)", re.DOTALL)
# Mebibytes that an attack may leave behind.
REMAINS = 20


def in_page(markdown: str, results: dict[str, Any]) -> str:
    """Return the page with the results in it."""
    return IN_PAGE.sub(lambda _: "\n".join(["", *table(results), "", ""]), markdown)


def table(results: dict[str, Any]) -> Iterator[str]:
    """Return a row for each flood, with a column for each server."""
    floods = results["floods"]
    servers = list(next(iter(floods.values())))
    yield f"| | {' | '.join(servers)} |"
    yield f"|---|{'---|' * len(servers)}"
    for flood, found in floods.items():
        yield f"| {flood} | {' | '.join(cell(flood, found[server]) for server in servers)} |"
    yield ""
    yield where(results["machine"]).partition(" The median")[0]


def cell(flood: str, result: dict[str, Any]) -> str:
    """Return what a flood did, or that the server holds."""
    if not result["is_alive"]:
        return "**ended**"
    return "; ".join(harm(flood, result)) or "holds"


def harm(flood: str, result: dict[str, Any]) -> Iterator[str]:
    """Return what was wrong, the worst first."""
    health, honest, ends = result["health"], result["honest"], result["ends"]
    if flood == "smuggling" and sum(ends.values()) > 1 and "101" not in ends:
        yield "runs the body"
    if honest["unserved"]:
        yield f"{honest['unserved']} of {honest['asked']} requests lost"
    if health["late"]:
        yield f"health {health['slowest']:.1f} s"
    if ends.get("open"):
        yield f"{ends['open']:,} stay"
    if result["mebibytes_left"] > REMAINS:
        yield f"+{result['mebibytes_left']} MiB"
