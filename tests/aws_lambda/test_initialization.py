"""How Lambda starts the process, and which imports wait for the first request."""

import json
import subprocess
import sys

import pytest
from processes import ROOT, environment

from lambda_app.aws_lambda.initialization import is_on_demand


def test_a_process_is_started_on_demand_where_lambda_does_not_say_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_MAX_CONCURRENCY"):
        monkeypatch.delenv(name, raising=False)
    assert is_on_demand()
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
    assert is_on_demand()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "provisioned-concurrency"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "lambda-managed-instances"),
        ("AWS_LAMBDA_MAX_CONCURRENCY", "16"),
    ],
)
def test_a_process_is_started_ahead_of_its_first_request(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert not is_on_demand()


@pytest.mark.skipif(sys.version_info < (3, 15), reason="imports take place at once")
@pytest.mark.parametrize(("kind", "is_imported"), [("on-demand", False), ("provisioned-concurrency", True)])
def test_what_only_an_error_needs_waits_where_somebody_waits_for_the_start(kind: str, *, is_imported: bool) -> None:
    code = """
import sys
from lambda_app import serve
sys.modules["awslambdaric.__main__"] = sys
sys.main = lambda arguments: print("awslambdaric.bootstrap" in sys.modules, "traceback" in sys.modules)
sys.argv = ["serve", "lambda_app.aws_lambda.events.handler"]
serve.main()
"""
    assert (
        run(code, AWS_LAMBDA_RUNTIME_API="127.0.0.1:1", AWS_LAMBDA_INITIALIZATION_TYPE=kind) == f"True {is_imported}\n"
    )


def test_the_models_of_the_openapi_document_are_built_when_it_is_asked_for() -> None:
    code = """
import json
from pydantic import BaseModel
from lambda_app.aws_lambda import openapi_models
openapi_models.defer()
assert BaseModel.model_config == {}
from fastapi.openapi.models import Components, OpenAPI, PathItem
from tests.echo import app
built = [model.__pydantic_complete__ for model in (Components, OpenAPI, PathItem)]
print(json.dumps([built, app.openapi()]))
"""
    from tests.echo import app  # noqa: PLC0415 (the same, with models that are built)

    assert json.loads(run(code)) == [[False, False, False], json.loads(json.dumps(app.openapi()))]


def run(code: str, **variables: str) -> str:
    """Return what a new interpreter prints."""
    # Not measured: coverage.py would be among the modules.
    unmeasured = {name: value for name, value in environment(variables).items() if not name.startswith("COV")}
    command = [sys.executable, "-c", code]
    ended = subprocess.run(command, cwd=ROOT, env=unmeasured, capture_output=True, text=True, check=True)
    return ended.stdout
