"""`python workshop/scripts/derive.py NAME`: make the checkout of the template in this folder a project of that name.

`make mine` does that to a person's checkout, and `make update` to a checkout of a newer release, with what that release
has here. It takes git, and ruff from the environment of the interpreter.
"""

import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from edits import EDITS

OLD = "lambda_app"
# What is the template's own, and no project's.
WITHOUT = (".ci", "docs", "workshop")
VERSION = "0.1.0"


def command_of(package: str) -> str:
    """Return the name of a package's command, of its distribution and of its stack."""
    return package.replace("_", "-")


def renamed(text: str, name: str) -> str:
    """Return a text with the package's name, and its command's, in place of the template's."""
    text = re.sub(r"\bdocs/\w+\.md\b", r"\g<0> of the template", text)
    return text.replace(OLD, name).replace(command_of(OLD), command_of(name))


def files(root: Path) -> list[Path]:
    """Return the files that git knows, without LICENSE, which names whose it is."""
    listed = subprocess.run(["/usr/bin/env", "git", "ls-files", "-z"], cwd=root, capture_output=True, check=True).stdout
    return [root / name for name in listed.decode().split("\0") if name and name != "LICENSE"]


def derive(root: Path, name: str) -> None:
    """Make a checkout a project: without the template's workshop and manual, at version 0.1.0, and renamed.

    Raises ValueError, before anything is changed, where a file is not as the edits expect it.
    """
    edited = {edit.file: (root / edit.file).read_text() for edit in EDITS}
    for edit in EDITS:
        edited[edit.file] = edit.apply(edited[edit.file])
    pages = {path.name: path.read_text() for path in sorted((root / "workshop/pages").iterdir())}
    for file, text in (edited | pages).items():
        (root / file).write_text(text)
    for folder in WITHOUT:
        shutil.rmtree(root / folder)
    for file, pattern in (("pyproject.toml", "version"), (f"{OLD}/__init__.py", "__version__")):
        text = (root / file).read_text()
        (root / file).write_text(re.sub(rf'^{pattern} = ".*"$', f'{pattern} = "{VERSION}"', text, flags=re.MULTILINE))
    rename(root, name)
    ruff = [sys.executable, "-m", "ruff"]
    # An import's place in its block, and a line's end, follow from the name.
    subprocess.run([*ruff, "check", "--quiet", "--no-cache", "--select", "I", "--fix", "."], cwd=root, check=True)
    subprocess.run([*ruff, "format", "--quiet", "--no-cache", "."], cwd=root, check=True)


def rename(root: Path, name: str) -> None:
    """Put the name into every text, and into the names of files and folders."""
    for path in filter(Path.is_file, files(root)):
        with suppress(UnicodeDecodeError):  # of what is no text
            path.write_text(renamed(path.read_text(encoding="utf-8"), name), encoding="utf-8")
    shutil.rmtree(root / OLD / "__pycache__", ignore_errors=True)
    (root / OLD).rename(root / name)


if __name__ == "__main__":
    derive(Path.cwd(), sys.argv[1])
