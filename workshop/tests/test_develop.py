"""What an editor starts: .vscode names programs, modules and make targets that exist."""

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import pytest
import readme
from processes import ROOT


def read(name: str) -> Any:
    """Return a file of .vscode. It is plain JSON, although an editor would take comments."""
    return json.loads((ROOT / ".vscode" / name).read_text())


@pytest.mark.parametrize("configuration", read("launch.json")["configurations"], ids=lambda each: each["name"])
def test_a_debugger_finds_what_it_starts(configuration: dict[str, Any]) -> None:
    if module := configuration.get("module"):
        assert find_spec(module)
    else:
        assert (ROOT / configuration["program"].removeprefix("${workspaceFolder}/")).is_file()
    named = [argument for argument in configuration["args"] if argument.startswith("lambda_app.")]
    assert all(find_spec(argument.partition(":")[0]) for argument in named)


def test_every_task_runs_a_make_target_or_the_command() -> None:
    targets = readme.run("make")
    for task in read("tasks.json")["tasks"]:
        found = re.fullmatch(r"(?P<target>make \w+).*|\.venv/bin/python -m lambda_app .*", task["command"])
        assert found
        assert f"{found['target'] or 'make run'} " in targets


@pytest.mark.parametrize("name", ["launch.json", "tasks.json"])
def test_an_editor_asks_for_every_input_that_is_used(name: str) -> None:
    used = set(re.findall(r"\$\{input:(\w+)\}", (ROOT / ".vscode" / name).read_text()))
    assert {each["id"] for each in read(name)["inputs"]} == used


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "name the file of an event: EVENT=aws_lambda_events/http_api.json"),
        (["README.md"], "README.md is not the file of an event: Expecting value: line 1 column 1 (char 0)"),
    ],
)
def test_invoke_says_what_is_wrong_with_its_event(arguments: list[str], complaint: str) -> None:
    command = [sys.executable, "scripts/invoke.py", *arguments]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"make invoke: {complaint}\n")
