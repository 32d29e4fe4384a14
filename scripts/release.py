"""`make release-notes TAG=v1.2.3`: what CHANGELOG.md says of a version, once the tag names the version that is here."""

import re
import sys
import tomllib
from pathlib import Path

from lambda_app import __version__

ROOT = Path(__file__).parent.parent


def notes(tag: str, changelog: str) -> str:
    """Return the section of the changelog for a tag. Raises ValueError where that is not a release of this checkout."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    if tag != f"v{version}":
        raise ValueError(f"the tag is {tag}, and the version in pyproject.toml is {version}")
    if version != __version__:
        raise ValueError(f"the version in pyproject.toml is {version}, and lambda_app.__version__ is {__version__}")
    sections = dict(re.findall(r"^## (\S+).*?\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL))
    text: str = sections.get(version, "").strip()
    if not text:
        raise ValueError(f"CHANGELOG.md says nothing of {version}")
    return text


def main() -> int:
    """Print the notes, or what is wrong with the tag."""
    if len(sys.argv) != 2:  # noqa: PLR2004 (the program, and the tag)
        print("usage: make release-notes TAG=v1.2.3", file=sys.stderr)
        return 2
    try:
        print(notes(sys.argv[1], (ROOT / "CHANGELOG.md").read_text()))
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
