"""What a start costs, counted as work rather than timed: the modules that each door imports to answer once."""

import json
import os
import subprocess
import sys
from typing import NamedTuple

import pytest
from run import arguments
from sample import document, message_field

from lambda_app.endpoint import ENDPOINT

EXAMPLE = document(ENDPOINT.request)
WEB = {"anyio", "asyncio", "fastapi", "h11", "httptools", "mangum", "opentelemetry", "starlette", "uvicorn"}
# What FastAPI and pydantic import where their slower ways are taken: models for OpenAPI, e-mail addresses, forms.
AVOIDABLE = {"email_validator", "lambda_app.openapi", "multipart", "pydantic.v1", "python_multipart"}


class Door(NamedTuple):
    """How a door answers once, what it must not import for that, and how many modules it may import at most."""

    answer: str
    forbidden: set[str]
    ceiling: int


DOORS = {
    "terminal": Door(
        f"from lambda_app.cli import main; main({arguments(EXAMPLE, message_field(ENDPOINT.request))})",
        {*WEB, *AVOIDABLE, "awslambdaric", "http", "lambda_app.jsonl", "logging", "ssl", "traceback"},
        225,  # 184 on Python 3.11, 208 on 3.13
    ),
    "terminal --help": Door(
        "from lambda_app.cli import main; main(['--help'])",
        {*WEB, *AVOIDABLE, "awslambdaric", "http", "lambda_app.jsonl", "logging", "ssl", "traceback"},
        225,  # 184 on Python 3.11, 208 on 3.13
    ),
    "terminal --version": Door(
        "from lambda_app.cli import main; main(['--version'])",
        {*WEB, "argparse", "awslambdaric", "json", "lambda_app.endpoint", "logging", "pydantic", "pydantic_core"},
        35,
    ),
    "events": Door(
        f"from lambda_app.events import handler; handler({EXAMPLE}, None)",
        {*WEB, *AVOIDABLE, "argparse", "awslambdaric", "http", "lambda_app.app", "lambda_app.cli", "ssl"},
        230,
    ),
    "aws_lambda": Door(
        f"from lambda_app.aws_lambda import handler; handler({{'body': {json.dumps(EXAMPLE)!r}}}, None)",
        {*AVOIDABLE, "argparse", "click", "h11", "httptools", "lambda_app.cli", "lambda_app.server", "uvicorn"},
        420,
    ),
    "app": Door(
        "from lambda_app.app import app",
        {*AVOIDABLE, "argparse", "awslambdaric", "click", "lambda_app.events", "mangum", "uvicorn"},
        405,
    ),
    "server": Door(
        "from lambda_app.server import main",
        {*WEB, "awslambdaric", "lambda_app.app", "lambda_app.endpoint", "pydantic"},
        35,
    ),
}


def imported(answer: str, *python: str) -> set[str]:
    """Return the modules that a new interpreter imports to run a statement."""
    code = f"import sys; before = set(sys.modules); {answer}; after = set(sys.modules)\n"
    code += "import json; print(); print(json.dumps(sorted(after - before)))"
    # Not measured: coverage.py would be among the modules.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    printed = subprocess.run([*python, "-c", code], env=environment, capture_output=True, check=True).stdout
    return set(json.loads(printed.splitlines()[-1]))


@pytest.mark.parametrize("name", DOORS)
def test_door_imports_only_what_an_answer_takes(name: str) -> None:
    door = DOORS[name]
    modules = imported(door.answer, sys.executable)
    assert not modules & door.forbidden
    assert len(modules) <= door.ceiling
