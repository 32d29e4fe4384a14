"""`make deploy STAGE=…`: build, deploy, ask the function's `live` alias, and go back to the version before if it fails.

A stage is what samconfig.toml has a stack name for. Takes `sam`, `aws` and Docker from PATH, and the credentials and
the region from where `aws` finds them.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from varying import agrees

ROOT = Path(__file__).parent.parent
EVENTS = ROOT / "aws_lambda_events"
EVENT = EVENTS / "direct.json"
ANSWER = EVENTS / "direct.answer.json"
ALIAS = "live"
MISSING = ("does not exist", "ResourceNotFoundException")


def run(*command: str) -> None:
    """Run a command, show what it says, and stop where it fails."""
    print("$", *command, flush=True)
    subprocess.run(command, check=True)


def aws(*arguments: str) -> Any:  # noqa: ANN401 (any JSON value)
    """Return what AWS CLI answers, or None where the thing asked for does not exist."""
    command = ("aws", *arguments, "--output", "json")
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode == 0:
        return json.loads(done.stdout)
    if any(word in done.stderr for word in MISSING):
        return None
    sys.stderr.write(done.stderr)
    raise subprocess.CalledProcessError(done.returncode, command)


def stack_names() -> dict[str, str]:
    """Return the name of each stage's stack."""
    stages = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
    del stages["version"]
    return {stage: commands["global"]["parameters"]["stack_name"] for stage, commands in stages.items()}


def function_name(stack: str) -> str | None:
    """Return the stack's output FunctionName, or None before the first deployment."""
    described = aws("cloudformation", "describe-stacks", "--stack-name", stack)
    outputs = described["Stacks"][0].get("Outputs", []) if described else []
    return next((output["OutputValue"] for output in outputs if output["OutputKey"] == "FunctionName"), None)


def live_version(function: str) -> str | None:
    """Return the version that the alias points to."""
    alias = aws("lambda", "get-alias", "--function-name", function, "--name", ALIAS)
    return str(alias["FunctionVersion"]) if alias else None


def newest_version(function: str) -> str:
    """Return the version that was published last."""
    versions = aws("lambda", "list-versions-by-function", "--function-name", function)["Versions"]
    return str(max(int(each["Version"]) for each in versions if each["Version"] != "$LATEST"))


def point_alias(function: str, version: str) -> None:
    """Let the alias point to a version."""
    aws("lambda", "update-alias", "--function-name", function, "--name", ALIAS, "--function-version", version)


def complaint(function: str, version: str) -> str | None:
    """Return what is wrong with the alias's answer to the example, or None."""
    expected = json.loads(ANSWER.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        payload = Path(folder) / "payload"
        try:
            # `fileb://`, because the two majors of AWS CLI read any other payload differently.
            invoked = aws(
                *("lambda", "invoke", "--function-name", function, "--qualifier", ALIAS),
                *("--payload", f"fileb://{EVENT}", str(payload)),
            )
            answer = json.loads(payload.read_text(encoding="utf-8"))
        except (subprocess.CalledProcessError, OSError, ValueError) as error:
            return f"no answer: {error}"
    if invoked["ExecutedVersion"] != version:
        return f"version {invoked['ExecutedVersion']} answered instead"
    if "FunctionError" in invoked:
        # The example may be an error itself, a refusal, and stands there without the trace.
        refusal = {name: answer.get(name) for name in ("errorType", "errorMessage")}
        return None if agrees(expected, refusal) else f"failed: {json.dumps(answer)}"
    if not agrees(expected, answer):
        return f"answered {json.dumps(answer)}, and {ANSWER.name} has {json.dumps(expected)}"
    return None


def deploy(stage: str, stack: str) -> int:
    """Deploy a stage's stack, and return 0 where the version that is live now answers as it should."""
    function = function_name(stack)
    before = live_version(function) if function else None
    run("sam", "build", "--config-env", stage)
    run("sam", "deploy", "--config-env", stage, "--no-confirm-changeset", "--no-fail-on-empty-changeset")
    function = function_name(stack)
    if function is None:
        print(f"The stack {stack} has no output FunctionName.", file=sys.stderr)
        return 1

    # CloudFormation does not know that a failed version was taken back, and would leave the alias where it is.
    version = newest_version(function)
    if live_version(function) != version:
        point_alias(function, version)
    wrong = complaint(function, version)
    if wrong is None:
        print(f"Version {version} of {function} is {ALIAS}, and answers as {ANSWER.name} says.")
        return 0
    print(f"Version {version} of {function}: {wrong}", file=sys.stderr)
    if before in {None, version}:
        print("There is no version before to go back to.", file=sys.stderr)
    else:
        point_alias(function, str(before))
        print(f"{ALIAS} is version {before} again.", file=sys.stderr)
    return 1


def main(argv: list[str] | None = None) -> int:
    """Deploy the stage that is named."""
    stacks = stack_names()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stage", choices=stacks, help="a stage of samconfig.toml")
    stage = parser.parse_args(argv).stage
    try:
        return deploy(stage, stacks[stage])
    except subprocess.CalledProcessError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
