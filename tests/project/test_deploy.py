"""scripts/deploy.py, with programs `aws` and `sam` that keep a function's versions in a file instead of in AWS."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from processes import ROOT

RIGHT = json.loads((ROOT / "aws_lambda_events" / "direct.answer.json").read_text(encoding="utf-8"))
WRONG = {"message": "wrong"}
EMPTY: dict[str, Any] = {"alias": None, "versions": {}, "deploys": RIGHT, "invoked": {}, "refused": {}, "calls": []}
TWO_VERSIONS = EMPTY | {"alias": "2", "versions": {"1": RIGHT, "2": RIGHT}}

# Both programs. `versions` maps a version to what it answers, and `deploys` is what `sam deploy` publishes next.
PROGRAM = f"""#!{sys.executable} -IS
import json, pathlib, sys

file = pathlib.Path(__file__).with_name("state.json")
state = json.loads(file.read_text())
call = [pathlib.Path(sys.argv[0]).name, *sys.argv[1:]]
state["calls"].append(" ".join(call[1:3] if call[0] == "aws" else call[:2]))


def option(name):
    return call[call.index(name) + 1]


def answer():
    match call:
        case ["sam", "deploy", *_]:
            if state["deploys"] is not None:
                state["alias"] = str(len(state["versions"]) + 1)
                state["versions"][state["alias"]] = state["deploys"]
        case ["aws", "cloudformation", "describe-stacks", *_]:
            if not state["versions"]:
                sys.exit("(ValidationError) Stack with id a-stack does not exist")
            return {{"Stacks": [{{"Outputs": [{{"OutputKey": "FunctionName", "OutputValue": "a-function"}}]}}]}}
        case ["aws", "lambda", "get-alias", *_]:
            if not state["alias"]:
                sys.exit("(ResourceNotFoundException) Cannot find alias")
            return {{"FunctionVersion": state["alias"]}}
        case ["aws", "lambda", "list-versions-by-function", *_]:
            return {{"Versions": [{{"Version": version}} for version in ("$LATEST", *state["versions"])]}}
        case ["aws", "lambda", "update-alias", *_]:
            state["alias"] = option("--function-version")
        case ["aws", "lambda", "invoke", *_]:
            assert json.loads(pathlib.Path(option("--payload").removeprefix("fileb://")).read_text())
            pathlib.Path(call[-3]).write_text(json.dumps(state["versions"][state["alias"]]))
            return {{"StatusCode": 200, "ExecutedVersion": state["alias"], **state["invoked"]}}
    return {{}}


try:
    if refusal := state["refused"].get(state["calls"][-1]):
        sys.exit(refusal)
    print(json.dumps(answer()))
finally:
    file.write_text(json.dumps(state))
"""


def deploy(folder: Path, state: dict[str, Any], root: Path = ROOT) -> tuple[int, str, dict[str, Any]]:
    """Run the script on a state; return its exit status, what it said and the state after it."""
    for name in ("aws", "sam"):
        (folder / name).write_text(PROGRAM, encoding="utf-8")
        (folder / name).chmod(0o755)
    file = folder / "state.json"
    file.write_text(json.dumps(state), encoding="utf-8")
    command = [sys.executable, str(root / "scripts" / "deploy.py"), "default"]
    # Not measured: coverage.py would take longer than each of these programs.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    environment["PATH"] = str(folder)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr, json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("before", "after"), [(EMPTY, "1"), (TWO_VERSIONS, "3")], ids=["first", "next"])
def test_a_version_that_answers_as_the_example_says_stays_live(
    tmp_path: Path, before: dict[str, Any], after: str
) -> None:
    status, said, state = deploy(tmp_path, before)
    assert (status, state["alias"]) == (0, after)
    assert f"Version {after} of a-function is live" in said
    assert (
        state["calls"].index("sam build") < state["calls"].index("sam deploy") < state["calls"].index("lambda invoke")
    )
    assert "lambda update-alias" not in state["calls"]


def test_a_deployment_that_changes_nothing_is_asked_all_the_same(tmp_path: Path) -> None:
    status, _, state = deploy(tmp_path, TWO_VERSIONS | {"deploys": None})
    assert (status, state["alias"], state["calls"][-1]) == (0, "2", "lambda invoke")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        pytest.param({"deploys": WRONG}, "answered {", id="another_answer"),
        pytest.param({"invoked": {"FunctionError": "Unhandled"}}, "failed: ", id="a_function_error"),
        pytest.param({"invoked": {"ExecutedVersion": "2"}}, "version 2 answered", id="another_version"),
        pytest.param({"refused": {"lambda invoke": "Read timeout"}}, "no answer: ", id="no_answer"),
    ],
)
def test_a_version_that_fails_gives_way_to_the_one_before(
    tmp_path: Path, changes: dict[str, Any], complaint: str
) -> None:
    status, said, state = deploy(tmp_path, TWO_VERSIONS | changes)
    assert (status, state["alias"], state["calls"][-1]) == (1, "2", "lambda update-alias")
    assert f"Version 3 of a-function: {complaint}" in said
    assert "live is version 2 again." in said


def test_a_refusal_is_the_right_answer_where_the_example_is_one(tmp_path: Path) -> None:
    examples = tmp_path / "aws_lambda_events"
    examples.mkdir()
    refusal = {"errorType": "NoSuchCustomer", "errorMessage": "{}"}
    (examples / "direct.json").write_text('{"customer": 17}', encoding="utf-8")
    (examples / "direct.answer.json").write_text(json.dumps(refusal), encoding="utf-8")
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    shutil.copy(ROOT / "samconfig.toml", tmp_path)
    refused = TWO_VERSIONS | {"deploys": refusal | {"stackTrace": []}, "invoked": {"FunctionError": "Unhandled"}}
    status, said, _ = deploy(tmp_path, refused, tmp_path)
    assert (status, said.splitlines()[-1]) == (
        0,
        "Version 3 of a-function is live, and answers as direct.answer.json says.",
    )


def test_a_first_version_that_fails_has_nothing_to_give_way_to(tmp_path: Path) -> None:
    status, said, state = deploy(tmp_path, EMPTY | {"deploys": WRONG})
    assert (status, state["alias"]) == (1, "1")
    assert "no version before" in said


def test_a_second_try_asks_the_version_that_was_taken_back_and_not_the_one_that_works(tmp_path: Path) -> None:
    taken_back = TWO_VERSIONS | {"alias": "1", "deploys": None}
    status, _, state = deploy(tmp_path, taken_back)
    assert (status, state["alias"]) == (0, "2")
    status, said, state = deploy(tmp_path, taken_back | {"versions": {"1": RIGHT, "2": WRONG}})
    assert (status, state["alias"]) == (1, "1")
    assert "live is version 1 again." in said


@pytest.mark.parametrize("refused", ["cloudformation describe-stacks", "lambda get-alias", "sam build", "sam deploy"])
def test_what_aws_or_sam_refuses_moves_nothing(tmp_path: Path, refused: str) -> None:
    status, said, state = deploy(tmp_path, TWO_VERSIONS | {"refused": {refused: "AccessDenied"}})
    assert (status, state["alias"], state["calls"][-1]) == (1, "2", refused)
    assert "AccessDenied" in said
    assert "Traceback" not in said


def test_the_workflow_deploys_stages_that_samconfig_names() -> None:
    workflow = (ROOT / ".github" / "workflows" / "deploy.yml").read_text(encoding="utf-8")
    stages = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
    deployed = set(re.findall(r"^ +environment: (\w+)", workflow, re.MULTILINE))
    assert deployed == {"staging", "prod"}
    assert deployed <= stages.keys()
