"""The workflow fails where it should: `make can-fail` puts a mistake into a copy, and runs the job with act."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parent.parent.parent
GIT = shutil.which("git") or "git"
MAKE = shutil.which("make") or "make"
PROCESS = "lambda_app/process.py"
TEST = "tests/0/test_process.py"

Change = Callable[[str], str]


@pytest.mark.parametrize(
    ("file", "change", "job", "complaint"),
    [
        pytest.param(PROCESS, lambda text: f"{text}import os\n", "lint", "F401", id="lint_error"),
        pytest.param(
            *(TEST, lambda text: f"{text}\n\ndef test_no() -> None:\n    raise AssertionError\n"),
            *("test", f"FAILED {TEST}::test_no"),
            id="failing_test",
        ),
        pytest.param(
            *(PROCESS, lambda text: re.sub(r"(    return .*)", r"\1[::-1]", text)),
            *("test", f"FAILED {TEST}::"),
            id="wrong_answer",
        ),
    ],
)
def test_a_mistake_turns_its_job_red(tmp_path: Path, file: str, change: Change, job: str, complaint: str) -> None:
    copy = tmp_path / "copy"
    subprocess.run([GIT, "clone", "--quiet", str(ROOT), str(copy)], check=True)
    # The same act as here.
    (copy / ".tools/ci/bin").mkdir(parents=True)
    (copy / ".tools/ci/bin/act").symlink_to(ROOT / ".tools/ci/bin/act")
    (copy / ".tools/ci/installed").touch()
    # The tests of `process` come first, and the first failure is the last.
    (copy / TEST).parent.mkdir()
    (copy / "tests/test_process.py").rename(copy / TEST)
    settings = copy / "pyproject.toml"
    settings.write_text(settings.read_text().replace("addopts = [", 'addopts = ["-x", '))
    mistaken = change((copy / file).read_text())
    assert mistaken != (copy / file).read_text()
    (copy / file).write_text(mistaken)

    # As the job has it, and not as the tests around this one may.
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"} | {"NO_COLOR": "1"}
    options = f"ACT=--job {job} --matrix python:3.13"
    act = [MAKE, "act", options]
    run = subprocess.run(act, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert complaint in run.stdout, run.stdout
    assert "Job failed" in run.stdout
    assert run.returncode != 0


def test_everything_is_green_waits_for_every_other_job() -> None:
    jobs = (ROOT / ".github/workflows/ci.yml").read_text().split("\njobs:\n")[1]
    *others, green = re.findall(r"^  (\w+):\n((?:    .*\n|\n)+)", jobs, re.MULTILINE)
    needs = re.search(r"    needs: \[(.*)\]", green[1])
    assert needs
    assert (green[0], needs[1].split(", ")) == ("green", [name for name, _ in others])
    assert f'"$RESULTS" = "{" ".join(["success"] * len(others))}"' in green[1]
