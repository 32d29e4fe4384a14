"""What the template promises: put an application in the demo's place, run `make examples`, and everything passes."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from workshop.tests.copies import KEY, copy_files, put_application

pytestmark = pytest.mark.promise


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the repository with another application in it, as a person who follows the README makes it."""
    copied = tmp_path_factory.mktemp("mine") / "repository"
    copy_files(copied)
    # With the environment as it is, for which make must not see a reason to set it up again.
    (copied / ".venv").symlink_to(Path(sys.prefix))
    (copied / ".tools/poetry").mkdir(parents=True)
    (copied / ".tools/poetry/installed").touch()
    for name in ("pyproject.toml", "poetry.lock"):
        os.utime(copied / name, (0, 0))
    put_application(copied, "lambda_app")
    return copied


def run(directory: Path, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    return subprocess.run(
        [sys.executable, *command],
        cwd=directory,
        # The environment has the package of this checkout installed: the copy's own comes first.
        env={"PATH": path, "PYTHONPATH": str(directory), **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


def contents(copy: Path) -> dict[str, bytes]:
    """Return what `make examples` may write."""
    files = [copy / "README.md", copy / "openapi.json", *copy.glob("docs/*"), *copy.glob("aws_lambda_events/*")]
    return {str(path.relative_to(copy)): path.read_bytes() for path in files}


@contextmanager
def changed(path: Path, pattern: str, replacement: str) -> Iterator[None]:
    """Change a file for a while."""
    before = path.read_text()
    after = re.sub(pattern, replacement, before, count=1, flags=re.MULTILINE)
    assert after != before
    path.write_text(after)
    yield
    path.write_text(before)


def test_another_application_is_shown_in_the_examples_and_the_readme(copy: Path) -> None:
    written = run(copy, "scripts/examples.py", **KEY)
    assert (written.returncode, written.stderr) == (0, "")
    readme = (copy / "README.md").read_text()
    assert "def price(" in readme.split("\n## ")[0]
    assert '"price":"2.40"' in readme
    assert '"rawPath": "/quote"' in (copy / "aws_lambda_events/http_api.json").read_text()
    assert '"/quote/batch"' in (copy / "openapi.json").read_text()


def test_its_doors_agree(copy: Path) -> None:
    doors = run(copy, "scripts/run.py", **KEY)
    assert (doors.returncode, doors.stderr) == (0, "")
    assert doors.stdout.endswith("\nThe three doors agree.\n")


@pytest.mark.parametrize("linter", ["ruff check .", "ruff format --check .", "mypy"])
def test_its_code_passes_the_linters(linter: str, copy: Path) -> None:
    linted = run(copy, "-m", *linter.split())
    assert linted.returncode == 0, linted.stdout


def test_the_tests_of_the_pages_and_of_the_project_pass_beside_it(copy: Path) -> None:
    # All others, and the coverage, are for test_project.py.
    folders = ("tests/project", "workshop/tests", "--ignore", "workshop/tests/applications")
    tested = run(copy, "-m", "pytest", "-q", "--numprocesses", "auto", *folders)
    assert tested.returncode == 0, tested.stdout


@pytest.mark.parametrize(
    ("part", "pattern", "replacement", "reason"),
    [
        pytest.param(
            *("process", "import Decimal", "import ROUND_UP, Decimal"),
            r"the linter has a finding: lambda_app/process\.py:\d+:\d+: F401 .*",
            id="the linter has a finding",
        ),
        pytest.param(
            *("process", r"^    return pickup \+ ", "    return pickup / "),
            r'the function fails: \{"type": "about:blank", "title": "Internal Server Error", "status": 500\}',
            id="the function fails",
        ),
        pytest.param(
            *("endpoints", r"^    boxes = ", '    print(1, file=open(1, "w", closefd=False))\n    boxes = '),
            "the doors do not agree: the terminal does not answer as a direct invocation does",
            id="the doors do not agree",
        ),
        pytest.param(
            *("endpoints", r"Annotated\[date, Field\(", "Annotated[date, Field(gt=date(2030, 1, 1), "),
            r"QuoteRequest\.pickup needs Field\(examples=\[…\]\): Input should be greater than 2030-01-01",
            id="no document can be made up",
        ),
    ],
)
def test_nothing_is_written_where(part: str, pattern: str, replacement: str, reason: str, copy: Path) -> None:
    before = contents(copy)
    with changed(copy / f"lambda_app/{part}.py", pattern, replacement):
        written = run(copy, "scripts/examples.py", **KEY)
    assert written.returncode == 1
    assert re.fullmatch(f"make examples: nothing was written: {reason}\n", written.stderr), written.stderr
    assert contents(copy) == before


@pytest.mark.parametrize("script", ["run", "examples"])
def test_a_setting_that_is_missing_is_named_in_one_line(script: str, copy: Path) -> None:
    before = contents(copy)
    ended = run(copy, f"scripts/{script}.py")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert re.fullmatch(f"make {script}: (nothing was written: )?API_KEY is missing\n", ended.stderr)
    assert contents(copy) == before
