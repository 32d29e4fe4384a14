"""What a command imports, counted as work rather than timed, for a function that imports nothing of its own."""

import subprocess
import sys

import pytest
from processes import environment

WEB = {"anyio", "fastapi", "h11", "httptools", "mangum", "starlette", "uvicorn"}
LOOP = {"asyncio", "logging", "ssl"}
# What a mistake, a trace or many lines take; and pydantic's slower ways: models for OpenAPI.
ON_DEMAND = {"difflib", "http.client", "pydantic.v1", "traceback"}
# What pydantic and argparse import for uses that a command does not make of them.
UNUSED = {"hashlib", "random", "shutil"}
COMMAND = {
    *("lambda_app.aws_lambda", "lambda_app.app", "lambda_app.rest"),
    *("lambda_app.terminal.jsonl", "lambda_app.terminal.wording"),
}


def imported(argv: list[str]) -> set[str]:
    """Return the modules that a new process imports to run a command."""
    code = "import sys; from lambda_app.terminal.command import main\n"
    code += "def load(): from tests.terminal.light import ENDPOINTS; return ENDPOINTS, None\n"
    code += f"main({argv}, load); print(*sys.modules)"
    # Not measured: coverage.py would be among the modules.
    unmeasured = {name: value for name, value in environment().items() if not name.startswith("COV")}
    ended = subprocess.run([sys.executable, "-c", code], env=unmeasured, capture_output=True, check=True)
    return set(ended.stdout.decode().splitlines()[-1].split())


@pytest.mark.parametrize(
    ("argv", "forbidden"),
    [
        (["hello"], WEB | LOOP | ON_DEMAND | COMMAND),
        (["--endpoint=async", "hello"], WEB | COMMAND),
        (["--version"], WEB | LOOP | ON_DEMAND | COMMAND | {"argparse", "json", "pydantic", "pydantic_core", "tests"}),
    ],
)
def test_a_command_imports_only_what_its_answer_takes(argv: list[str], forbidden: set[str]) -> None:
    assert imported(argv) & forbidden == set()


@pytest.mark.skipif(sys.version_info < (3, 15), reason="imports take place at once")
def test_on_python_3_15_no_library_imports_what_it_does_not_use() -> None:
    assert imported(["hello"]) & UNUSED == set()
