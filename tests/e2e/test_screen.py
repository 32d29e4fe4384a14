"""What a person sees of `python -m lambda_app --jsonl` in a window of tmux."""

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from processes import ROOT, environment
from run import ENDPOINT
from sample import document

from tests.e2e.tools import SECONDS

LINE = json.dumps(document(ENDPOINT.request, 1)).encode() + b"\n"
LINES = 50_000

Window = Callable[[int, str], list[list[str]]]


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Window]:
    """Return what runs the command in a window of some columns, and returns what the window shows, again and again."""
    tmux = ["tmux", "-L", f"test-{uuid4().hex}", "-f", "/dev/null"]

    def rows() -> list[str]:
        shown = subprocess.run([*tmux, "capture-pane", "-p"], capture_output=True, text=True, check=True).stdout
        return [row for row in shown.splitlines() if row]

    def watch(columns: int, redirections: str) -> list[list[str]]:
        (tmp_path / "lines").write_bytes(LINE * LINES)
        command = f"{shlex.quote(sys.executable)} -m lambda_app --jsonl {redirections}; echo the end; sleep {SECONDS}"
        options = ["-d", "-x", str(columns), "-y", "12", "-c", str(tmp_path), f"PYTHONPATH={ROOT} {command}"]
        subprocess.run([*tmux, "new-session", *options], env=environment(), check=True)
        seen = [rows()]
        deadline = time.monotonic() + SECONDS
        while seen[-1][-1:] != ["the end"]:
            assert time.monotonic() < deadline, seen[-1]
            if (now := rows()) != seen[-1]:
                seen.append(now)
        return seen

    yield watch
    subprocess.run([*tmux, "kill-server"], check=True)


SUMMARY = f"lambda-app: {LINES:,} lines: {LINES:,} answered, 0 invalid, 0 failed"


@pytest.mark.parametrize("columns", [80, 40])
def test_progress_is_one_row_of_the_window_until_the_summary_takes_its_place(columns: int, window: Window) -> None:
    *progress, end = [seen for seen in window(columns, "< lines > answers") if seen]
    assert [seen for seen in progress if len(seen) > 1 and not seen[0].startswith("lambda-app: ")] == []
    assert any(" lines, " in seen[0] and " left" in seen[0] for seen in progress)
    assert "".join(end) == f"{SUMMARY}the end"


def test_a_window_that_shows_the_answers_shows_no_progress(window: Window) -> None:
    shown = [row for seen in window(80, "< lines") for row in seen]
    assert [row for row in shown if " left" in row] == []
    assert SUMMARY in shown
