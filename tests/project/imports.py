"""What a door imports to answer once, in a new interpreter, and which module imported what."""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Self

PLAIN = sorted(path for path in Path(__file__).with_name("plain").glob("*.py") if path.stem != "__init__")
START = "the statement starts"
IMPORT = re.compile(r"import time: .*\| ( *)(\S+)$", re.MULTILINE)


class Imports(NamedTuple):
    """The modules that were imported, and for each of them the one that imported it first."""

    modules: frozenset[str]
    importers: Mapping[str, str]

    @classmethod
    def of(cls, statement: str, *python: str, folder: Path | None = None) -> Self:
        """Return what an interpreter, whose command is `python`, imports in a folder to run a statement."""
        code = f"import sys; before = set(sys.modules); print('{START}', file=sys.stderr); {statement}\n"
        code += "after = set(sys.modules); import json; print(); print(json.dumps(sorted(after - before)))"
        # Not measured: coverage.py would be among the modules.
        unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
        command = [*python, "-X", "importtime", "-c", code]
        ended = subprocess.run(command, env=unmeasured, cwd=folder, capture_output=True, text=True, check=True)
        return cls(frozenset(json.loads(ended.stdout.splitlines()[-1])), importers(ended.stderr.split(START)[1]))

    def chain(self, module: str) -> str:
        """Return a module, and who imported it."""
        names = [module]
        while names[-1] in self.importers:
            names.append(self.importers[names[-1]])
        return ", imported by ".join(names)

    def excess(self, forbidden: set[str], ceiling: int) -> list[str]:
        """Return what was imported against the rules; of too many modules, each that stands outside of the others."""
        against = [self.chain(module) for module in sorted(self.modules & forbidden)]
        if len(self.modules) > ceiling:
            packages = sorted({module.partition(".")[0] for module in self.modules})
            against.append(f"{len(self.modules)} modules, and not at most {ceiling}: {' '.join(packages)}")
        return against


def importers(log: str) -> dict[str, str]:
    """Return who imported which module, from what `python -X importtime` writes: a module stands below its imports."""
    found: dict[str, str] = {}
    open_imports: list[tuple[int, str]] = []
    for indent, name in reversed(IMPORT.findall(log)):
        while open_imports and open_imports[-1][0] >= len(indent):
            open_imports.pop()
        if open_imports:
            found[name] = open_imports[-1][1]
        open_imports.append((len(indent), name))
    return found
