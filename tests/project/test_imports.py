"""What a start costs, counted as work rather than timed: the modules that each door imports to answer once.

Measured without a person's own files, which may import what they need.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from processes import ROOT

from tests.project.imports import PLAIN, Imports, importers

WEB = {"anyio", "asyncio", "fastapi", "h11", "httptools", "mangum", "opentelemetry", "starlette", "uvicorn"}
# What FastAPI and pydantic import where their slower ways are taken: e-mail addresses, forms.
AVOIDABLE = {"boto3", "email_validator", "multipart", "python_multipart"}
TERMINAL = {*WEB, *AVOIDABLE, "awslambdaric", "http.client", "lambda_app.terminal.jsonl", "logging", "ssl", "traceback"}


class Door(NamedTuple):
    """How a door answers once, what it must not import for that, and how many modules it may import at most."""

    statement: str
    forbidden: set[str]
    ceiling: int


COMMAND = "from lambda_app.__main__ import load; from lambda_app.terminal.command import main; main"
DOORS = {
    "terminal": Door(f"{COMMAND}(['hello'], load)", TERMINAL, 225),
    "terminal --help": Door(f"{COMMAND}(['--help'], load)", TERMINAL, 225),
    "terminal --version": Door(
        f"{COMMAND}(['--version'], load)",
        {*WEB, "argparse", "awslambdaric", "json", "lambda_app.endpoints", "logging", "pydantic", "pydantic_core"},
        40,
    ),
    "events": Door(
        "from lambda_app.aws_lambda.events import handler; handler({'message': 'hello'}, None)",
        {*WEB, *AVOIDABLE, "argparse", "awslambdaric", "http.client", "lambda_app.app", "lambda_app.terminal", "ssl"},
        230,
    ),
    "http": Door(
        "from lambda_app.aws_lambda.http import handler; handler({'body': '{\"message\": \"hello\"}'}, None)",
        {*AVOIDABLE, "argparse", "click", "h11", "httptools", "lambda_app.terminal", "lambda_app.serve", "uvicorn"},
        475,
    ),
    "app": Door(
        "from lambda_app.app import app",
        {*AVOIDABLE, "argparse", "awslambdaric", "click", "lambda_app.aws_lambda", "mangum", "uvicorn"},
        440,
    ),
    "serve": Door(
        "from lambda_app.serve import main", {*WEB, "awslambdaric", "lambda_app.app", "lambda_app.endpoints"}, 35
    ),
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the package in it, whose endpoints and application are plain ones."""
    folder = tmp_path_factory.mktemp("package")
    shutil.copytree(ROOT / "lambda_app", folder / "lambda_app")
    for path in PLAIN:
        shutil.copy(path, folder / "lambda_app")
    return folder


@pytest.mark.parametrize("name", DOORS)
def test_a_door_imports_only_what_an_answer_takes(name: str, package: Path) -> None:
    door = DOORS[name]
    imports = Imports.of(door.statement, sys.executable, folder=package)
    assert imports.excess(door.forbidden, door.ceiling) == []


def test_a_handler_is_imported_without_a_warning_and_shuts_down_at_exit(package: Path) -> None:
    code = "from lambda_app.aws_lambda.http import handler; print(handler({'body': None}, None)['statusCode'])"
    command = [sys.executable, "-W", "error", "-X", "dev", "-c", code]
    ended = subprocess.run(command, cwd=package, capture_output=True, text=True, check=True)
    assert ended.stdout == "400\n"
    assert "Warning" not in ended.stderr
    assert "pending" not in ended.stderr


def test_a_module_that_should_not_be_imported_is_named_with_who_imported_it() -> None:
    imports = Imports.of("import json, logging", sys.executable)
    assert imports.excess({"json.decoder", "logging"}, len(imports.modules)) == [
        "json.decoder, imported by json",
        "logging",
    ]
    assert imports.excess(set(), 1)[0].startswith(f"{len(imports.modules)} modules, and not at most 1: ")


def test_a_module_stands_below_what_it_imports() -> None:
    log = """
import time:         1 |          1 |     a.c
import time:         1 |          1 |   a.b
import time:         1 |          1 | a
import time:         1 |          1 | z
"""
    assert importers(log) == {"a.c": "a.b", "a.b": "a"}
