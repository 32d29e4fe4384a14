"""`make mine NAME=my_service`: make the template a project of that name, once. Its linters and tests run after it."""

import keyword
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

from derive import command_of, derive

ROOT = Path(__file__).parent.parent.parent
LONGEST = 24
PATTERN = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
# Folders that make and Poetry write.
BUILT = {"build", "dist"}
ORIGIN = """# What `make update` compares with: a tree of the template's repository.
tree = "{tree}"
"""
DONE = """
This is {name} now. LICENSE is as it was: put your own name, or your own license, into it.
Everything is staged: look at it with `git status`, and commit it once the tests below have passed.
"""


def git(*arguments: str, root: Path = ROOT) -> str:
    """Return what git prints. Raises CalledProcessError where it fails."""
    command = ["/usr/bin/env", "git", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.strip()


def complaints(name: str, root: Path = ROOT) -> Iterator[str]:
    """Yield why a package cannot have a name."""
    if not name:
        yield "name the package: NAME=my_service"
    if not PATTERN.fullmatch(name) or len(name) > LONGEST:
        yield f"{name} is no name of a package: lower-case letters, digits and single _, at most {LONGEST} of them"
    if keyword.iskeyword(name) or keyword.issoftkeyword(name):
        yield f"{name} is a keyword of Python"
    if name in sys.stdlib_module_names:
        yield f"{name} is a module of Python's standard library"
    if name in BUILT or (root / name).exists() or (root / f"scripts/{name}.py").exists():
        yield f"{name} is the name of a file or folder of this project"
    locked = re.findall(r'^name = "(.*)"$', (root / "poetry.lock").read_text(), re.MULTILINE)
    if command_of(name) in locked or find_spec(name):
        yield f"{name} is a library that this project uses"


def changes(root: Path = ROOT) -> Iterator[str]:
    """Yield why git could not undo what is done to a checkout."""
    try:
        if git("status", "--porcelain", root=root):
            yield "commit what you have changed, or undo it, and try again"
    except subprocess.CalledProcessError:
        yield "this is no git repository"


def main(arguments: list[str]) -> int:
    """Make the project, or say in one line why not."""
    name = " ".join(arguments)
    if wrong := next(chain(complaints(name), changes()), None):
        print(f"make mine: {wrong}", file=sys.stderr)
        return 2
    tree = git("rev-parse", "HEAD^{tree}")
    try:
        derive(ROOT, name)
    except ValueError as error:
        print(f"make mine: nothing was changed: {error}", file=sys.stderr)
        return 1
    (ROOT / ".template.toml").write_text(ORIGIN.format(tree=tree))
    git("add", "--all")
    print(DONE.format(name=name), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
