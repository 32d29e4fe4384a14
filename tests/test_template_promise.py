"""What the template promises: rewrite the function and the models, run `make examples`, and everything passes."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from processes import ROOT

# These test the doors on a function of the tests' own: in the copy they would see nothing of the change.
OWN_FUNCTION = ("cli", "doors", "events", "jsonl", "problem")

PROCESS = '''"""Quote a price."""

from datetime import date


def process(customer: str, quantity: int, weight: float, express: bool, due: date) -> dict[str, object]:
    """Return what a customer has to pay, and by when."""
    return {"customer": customer, "total": quantity * weight * (2 if express else 1), "due": due, "lines": [quantity]}
'''
MODELS = '''class ProcessRequest(Document):
    """What is asked."""

    customer: str
    quantity: Annotated[int, Field(ge=1)]
    weight: float
    express: bool
    due: date


class ProcessResponse(Document):
    """What is answered."""

    customer: str
    total: float
    due: date
    lines: list[int]


'''
TEST = """from datetime import date

from lambda_app.process import process


def test_express_costs_twice() -> None:
    assert process("a", 2, 1.5, True, date(2026, 11, 22))["total"] == 6
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the repository with another function, as a person who follows the README makes it."""
    copied = tmp_path_factory.mktemp("mine") / "repository"
    files = subprocess.run(
        ["/usr/bin/env", "git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split("\0")
    for name in filter(None, files):
        (copied / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copied / name)
    # With the environment as it is, for which make must not see a reason to set it up again.
    (copied / ".venv").symlink_to(Path(sys.prefix))
    for name in ("pyproject.toml", "poetry.lock"):
        os.utime(copied / name, (0, 0))
    (copied / "lambda_app/process.py").write_text(PROCESS)
    (copied / "tests/test_process.py").write_text(TEST)
    endpoint = copied / "lambda_app/endpoint.py"
    text = endpoint.read_text().replace("\nfrom typing", "\nfrom datetime import date\nfrom typing", 1)
    # Whatever else the models take from that file now, such as an enum, is gone with it.
    text = re.sub(
        r"^from lambda_app.process import (\([^)]*\)|.*)$",
        "from lambda_app.process import process",
        text,
        flags=re.MULTILINE,
    )
    endpoint.write_text(re.sub(r"class ProcessRequest.*?(?=def process_message)", MODELS, text, flags=re.DOTALL))
    return copied


def run(directory: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=directory,
        # The environment has the package of this checkout installed: the copy's own comes first.
        env={"PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin", "PYTHONPATH": str(directory)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def test_another_function_with_other_models_keeps_everything_green(copy: Path) -> None:
    written = run(copy, "scripts/examples.py")
    assert written.returncode == 0, written.stderr
    ignored = [f"--ignore=tests/test_{name}.py" for name in (*OWN_FUNCTION, "template_promise")]
    tested = run(copy, "-m", "pytest", "-q", "-x", *ignored, "tests")
    assert tested.returncode == 0, tested.stdout
    doors = run(copy, "scripts/run.py")
    assert doors.returncode == 0, doors.stdout
    assert "python -m lambda_app --quantity 1 --weight 1 --express --due 2026-11-22 hello" in doors.stdout
    assert '"total":2.0' in doors.stdout


def test_a_function_that_fails_is_not_written_down_as_an_example(copy: Path) -> None:
    process = copy / "lambda_app/process.py"
    direct = (copy / "aws_lambda_events/direct.answer.json").read_text()
    process.write_text(PROCESS.replace("return {", "return {'secret': 1,"))
    written = run(copy, "scripts/examples.py")
    process.write_text(PROCESS)
    assert written.returncode == 1
    assert written.stderr.splitlines()[-1] == (
        "make examples: nothing was written, for there is no answer to "
        '{"customer": "hello", "quantity": 1, "weight": 1, "express": true, "due": "2026-11-22"}: Internal Server Error'
    )
    assert (copy / "aws_lambda_events/direct.answer.json").read_text() == direct
