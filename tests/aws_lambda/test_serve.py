"""Which door the image's command opens."""

import gc
import sys
from collections.abc import Iterator

import pytest
from processes import terminal

from lambda_app import serve

pytestmark = pytest.mark.measured


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """Leave the garbage collector as it was."""
    yield
    gc.enable()
    gc.unfreeze()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list of the doors that are opened."""
    doors: list[str] = []
    monkeypatch.setattr("lambda_app.aws_lambda.runtime.serve", lambda handler: doors.append(f"Lambda {handler}"))
    monkeypatch.setattr("lambda_app.rest.server.serve", lambda application: doors.append(f"REST {application}"))
    return doors


def test_outside_of_lambda_it_is_the_rest_api(opened: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_LAMBDA_RUNTIME_API", raising=False)
    serve.main()
    assert opened == ["REST lambda_app.app:app"]


@pytest.mark.parametrize(
    ("arguments", "handler"), [([], "lambda_app.aws_lambda.http.handler"), (["own.handler"], "own.handler")]
)
def test_in_lambda_it_is_a_handler(
    arguments: list[str], handler: str, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1")
    monkeypatch.setattr(sys, "argv", ["serve", *arguments])
    serve.main()
    assert opened == [f"Lambda {handler}"]


def test_a_wrong_setting_ends_it_with_one_line() -> None:
    ended = terminal([], module="lambda_app.serve", env={"PORT": "http"})
    message = b"lambda_app: error: PORT must be a whole number from 1 to 65535\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, b"", message)
