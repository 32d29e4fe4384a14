"""The image's command in Lambda, with AWS's runtime client, as real processes."""

import json
import re

import pytest
from processes import LambdaRuntime

from lambda_app.endpoints import ENDPOINTS
from tests.events import get

pytestmark = pytest.mark.measured


def served(*handler: str, **env: str) -> LambdaRuntime:
    """Return the runtime client as the image's command starts it."""
    runtime = LambdaRuntime("", env=env)
    runtime.command[1:] = ["-m", "lambda_app.serve", *handler]
    return runtime


def test_where_lambda_starts_it_it_serves_invocations_and_says_so() -> None:
    with served() as runtime:
        assert runtime.invoke({"Records": []}).document["errorType"] == "UnsupportedEvent"
        assert runtime.invoke(get("http_api", "/nowhere")).document["statusCode"] == 404
    assert runtime.log.startswith(b"lambda_app: the Lambda function lambda_app.aws_lambda.http.handler\n")
    assert b"GET /nowhere" not in runtime.log  # which Lambda's own logging leaves out, unless it is told otherwise


def test_another_handler_can_be_named() -> None:
    with served("lambda_app.aws_lambda.events.handler", AWS_LAMBDA_LOG_FORMAT="JSON") as runtime:
        answer = runtime.invoke({"body": "{}"})
    assert runtime.log.startswith(b"{")  # as every line of a log in JSON
    assert answer.document["errorMessage"] == "This function does not serve a bare HTTP body"


def test_a_refusal_is_an_error_of_its_own_type() -> None:
    with LambdaRuntime("tests.echo_lambda.handler") as runtime:
        kind, error = runtime.invoke({"message": "refuse"})
    assert (kind, error["errorType"]) == ("error", "Unwelcome")
    assert json.loads(error["errorMessage"])["detail"] == "Not this one."


def test_a_handler_that_cannot_be_imported_is_reported_as_lambda_expects() -> None:
    with served("lambda_app.nowhere.handler") as runtime:
        kind, error = runtime.answers.get(timeout=30)
    assert (kind, error["errorType"]) == ("error", "Runtime.ImportModuleError")
    assert runtime.calls == ["init/error"]


def test_a_wrong_setting_is_reported_and_is_the_last_line() -> None:
    with served(ENDPOINT="nowhere") as runtime:
        kind, error = runtime.answers.get(timeout=30)
        status = runtime.process.wait(30)
    message = f"ENDPOINT must be one of {', '.join(ENDPOINTS)}"
    assert (kind, error) == ("error", {"errorMessage": message, "errorType": "SettingsError", "stackTrace": []})
    assert (runtime.calls, status) == (["init/error"], 1)
    assert runtime.log.decode().splitlines()[1:] == [f"lambda_app: error: {message}"]


@pytest.mark.parametrize("handler", ["handler", "events_handler"])
def test_a_snapshot_is_taken_after_the_work_of_a_first_request_and_restored_with_new_seeds(handler: str) -> None:
    with served(f"tests.aws_lambda.restored.{handler}", AWS_LAMBDA_INITIALIZATION_TYPE="snap-start") as runtime:
        runtime.restore.set()
        first, second = (runtime.invoke({"message": "a"}).document for _ in range(2))
    response = "invocation/8476a536-e9f4-11e8-9739-2dfe598c3fcd/response"
    assert runtime.calls[:5] == ["restore/next", *["invocation/next", response] * 2]
    # Resources are opened after the restore, once by each of the module's two handlers.
    assert re.findall("hook: (.*)", runtime.log.decode()) == ["before 2", "before 1", "after 1", "opened", "opened"]
    # The first call after the restore does what a warm one does: it imports nothing, and all is compiled and cached.
    assert first == second == {"imported": [], "seeded": True}
