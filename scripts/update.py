"""`make update FROM=…`: write the template's own files as a newer release has them, and show what else it changes.

FROM is the template's repository, a path or a URL, and with `@v1.2.3` behind it one of its releases. Each release can
make itself a project of this one's name, as `make mine` did: so what the release has is compared with what this
project's had, in a temporary folder.
"""

import shutil
import sys
import tomllib
from enum import Enum
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory

from processes import ROOT
from releases import Refused, Releases, git, source

ORIGIN = ".template.toml"
PATCH = "build/update.patch"


class Whose(Enum):
    """What becomes of a file that the template has. One that it never had is left alone, wherever it lies."""

    YOURS = "left alone"
    MISSING = "written where there is none"
    SHOWN = "left alone, and what the release changes in it is shown"
    TEMPLATE = "written, or removed where the release has it no more"


# The first pattern that fits a file.
TABLE = [
    *((f"PACKAGE/{name}.py", Whose.YOURS) for name in ("__init__", "process", "endpoints", "app", "settings")),
    *((name, Whose.YOURS) for name in ("README.md", "CHANGELOG.md", "LICENSE", "openapi.json")),
    ("tests/test_*.py", Whose.YOURS),
    ("aws_lambda_events/*", Whose.MISSING),
    *((pattern, Whose.TEMPLATE) for pattern in ("Makefile", "PACKAGE/*", "scripts/*", "tests/*")),
    ("*", Whose.SHOWN),
]


def whose(name: str, package: str) -> Whose:
    """Return what becomes of a file."""
    return next(whose for pattern, whose in TABLE if fnmatchcase(name, pattern.replace("PACKAGE", package)))


def update(given: str) -> str:
    """Bring a release, and return what is to be told of it. Raises Refused."""
    if not (ROOT / ORIGIN).exists():
        raise Refused(f"there is no {ORIGIN}, which `make mine` writes")
    if git("status", "--porcelain", folder=ROOT):
        raise Refused("commit what you have changed, or undo it, and try again")
    package = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["poetry"]["packages"][0]["include"]
    recorded = tomllib.loads((ROOT / ORIGIN).read_text())["tree"]
    repository, release = source(given)
    with TemporaryDirectory() as scratch:
        releases = Releases(repository, package, Path(scratch))
        after = releases.tree(release)
        # Somebody may have changed the template before it was made a project: then a tree before that is the release's.
        before = releases.first_of([recorded, *git("log", "--format=%T", folder=ROOT).split()])
        if after == before:
            return "This project has that release already."
        old, new = releases.commit(before), releases.commit(after)
        bring(releases.folder, old, new, package)
        shown = sorted(name for name in old | new if whose(name, package) is Whose.SHOWN)
        patch = git("diff", "HEAD^", "--", *shown, folder=releases.folder)
        difference = git("diff", "--stat", "HEAD^", "--", *shown, folder=releases.folder)
    (ROOT / ORIGIN).write_text((ROOT / ORIGIN).read_text().replace(recorded, after))
    git("add", ORIGIN, folder=ROOT)
    told = [git("diff", "--cached", "--stat", "HEAD", folder=ROOT)]
    if patch:
        (ROOT / PATCH).parent.mkdir(exist_ok=True)
        (ROOT / PATCH).write_text(patch)
        told += ["", "In files that are yours to edit, and were left alone, the release changes:", difference]
        told += [f"Read {PATCH}, and take over what you want: git apply --reject {PATCH}"]
    return "\n".join([*told, "Then: make examples test"])


def bring(release: Path, old: set[str], new: set[str], package: str) -> None:
    """Write the template's files, and remove those that it has no more. Raises Refused before it changes anything."""
    template = {name for name in old | new if whose(name, package) is Whose.TEMPLATE}
    if taken := [name for name in sorted(template & new - old) if (ROOT / name).exists()]:
        raise Refused(f"{taken[0]} is yours, and the release has a file of that name: call yours otherwise")
    missing = {name for name in new if whose(name, package) is Whose.MISSING and not (ROOT / name).exists()}
    for name in sorted(template & new | missing):
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(release / name, ROOT / name)
    for name in template - new:
        (ROOT / name).unlink(missing_ok=True)
    git("add", "--all", folder=ROOT)


def main(arguments: list[str]) -> int:
    """Bring the release, and say what it has changed; or say in one line why not."""
    if len(arguments) != 1:
        print("make update: name the template's repository, or a release of it: FROM=https://…@v1.2.3", file=sys.stderr)
        return 2
    try:
        print(update(arguments[0]))
    except Refused as error:
        print(f"make update: nothing was changed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
