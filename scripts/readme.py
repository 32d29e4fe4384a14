"""The commands that the README and docs/ show, and what they print: run by tests, so that they cannot rot.

A fenced block of the language `console` holds commands, each behind `$ `, and their output. `...` alone on a line
stands for any lines. A second word after `console` says what the block needs: blocks of `console docker` are run by
the end-to-end tests, which keep those of `console server` running meanwhile; those of `console ci` are run by CI
itself, for they run the tests.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from processes import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```console(?: (?P<needs>\w+))?\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


class Command(NamedTuple):
    """A command, the output that is shown with it, and where that output stands in the file."""

    text: str
    output: str
    start: int
    end: int


def commands(markdown: str, needs: str | None = None) -> Iterator[Command]:
    """Return the commands of all blocks that need what is named."""
    for block in BLOCK.finditer(markdown):
        if block["needs"] != needs:
            continue
        for command in re.finditer(
            r"^\$ (?P<text>(?:.*\\\n)*.*)\n(?P<output>(?:(?!\$ ).*\n)*)", block["text"], re.MULTILINE
        ):
            offset = block.start("text")
            yield Command(
                command["text"], command["output"], offset + command.start("output"), offset + command.end("output")
            )


def run(command: str, directory: Path = ROOT) -> str:
    """Return what a command prints, standard error included, in a shell with the project's environment activated."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    # Not as a part of the make that may be running the tests, of which make would tell, and not measured with them.
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "MAKE", "MFLAGS"))}
    finished = subprocess.run(
        ["/bin/bash", "-c", command],
        cwd=directory,
        env={**outside, "PATH": path, "COLUMNS": "80", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    output = finished.stdout
    return output if output.endswith("\n") or not output else f"{output}\n"


def matches(shown: str, printed: str) -> bool:
    """Tell whether a command printed what is shown."""
    pattern = "".join(r"(?:.*\n)*" if line == "...\n" else re.escape(line) for line in shown.splitlines(keepends=True))
    return re.fullmatch(pattern, printed) is not None


def abridged(first: str, second: str) -> str:
    """Return what a command printed, without the lines that it prints otherwise the second time, such as a time."""
    lines, again = first.splitlines(keepends=True), second.splitlines(keepends=True)
    if len(lines) != len(again):
        return "...\n"
    return "".join(line if line == other else "...\n" for line, other in zip(lines, again, strict=True))


def refreshed(
    markdown: str, needs: str | None = None, translate: Callable[[str], str | None] = lambda command: command
) -> str:
    """Return the file with the output of its commands as it is now; output that is abridged stays.

    A command is run as what it is translated to, or not at all.
    """
    parts, end = [], 0
    for command in commands(markdown, needs):
        run_instead = translate(command.text)
        if run_instead and "...\n" not in command.output:
            printed = run(run_instead)
            if printed != command.output:
                printed = abridged(printed, run(run_instead))
            parts += [markdown[end : command.start], printed]
            end = command.end
    return "".join([*parts, markdown[end:]])
