"""`make summary`: what the tests did last, in Markdown, for the summary of a job on GitHub."""

import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

JUNIT = Path("build/junit.xml")


def outcome(case: ET.Element) -> str:
    """Return what became of a test: passed, or as JUnit has it."""
    return next((child.tag for child in case if child.tag in {"failure", "error", "skipped"}), "passed")


def tests(junit: Path) -> str:
    """Return how many tests had which outcome, and the name of each that failed."""
    if not junit.is_file():
        return "No test ran."
    cases = list(ET.parse(junit).iter("testcase"))  # noqa: S314 (pytest wrote it)
    counts = Counter(map(outcome, cases))
    seconds = sum(float(case.get("time", 0)) for case in cases)
    numbers = ", ".join(f"{count} {name}" for name, count in counts.most_common())
    failed = [case for case in cases if outcome(case) in {"failure", "error"}]
    return "\n".join(
        [
            f"**{numbers}** in {seconds:.0f} s",
            "",
            *(f"- `{case.get('classname')}.{case.get('name')}`" for case in failed),
        ]
    )


def coverage() -> str:
    """Return coverage.py's table, or nothing where none was measured."""
    if not Path(".coverage").is_file():
        return ""
    report = [sys.executable, "-m", "coverage", "report", "--format=markdown"]
    return subprocess.run(report, check=False, capture_output=True, text=True).stdout


def main() -> int:
    """Print the summary."""
    print(f"### Python {sys.version_info.major}.{sys.version_info.minor}\n\n{tests(JUNIT)}\n\n{coverage()}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
