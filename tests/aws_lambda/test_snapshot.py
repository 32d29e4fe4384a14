"""What waits for the restore of a snapshot."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import snapshot_restore_py
from awslambdaric import lambda_runtime_hooks_runner as hooks

from lambda_app.aws_lambda.event_handler import EventHandler
from lambda_app.aws_lambda.http_handler import LambdaHandler
from lambda_app.aws_lambda.snapshot import warm_up
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.environment import SettingsError
from lambda_app.contract.life import Life
from lambda_app.rest.application import Application
from lambda_app.settings import get_settings
from tests.echo import EchoRequest, EchoResponse

opened: list[int] = []


@contextmanager
def resources() -> Iterator[int]:
    """Remember that they were opened."""
    opened.append(1)
    yield len(opened)


def count(_: EchoRequest, number: int) -> EchoResponse:
    return EchoResponse(message=str(number))


@pytest.fixture(params=[True, False], ids=["http", "events"])
def handler(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[LambdaHandler | EventHandler]:
    """Return a handler of a function that a snapshot is taken of."""
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    opened.clear()
    endpoints = {"process": Endpoint(count)}
    made = (
        LambdaHandler(Application(endpoints, resources)) if request.param else EventHandler(endpoints, Life(resources))
    )
    yield made
    made.close()
    snapshot_restore_py.get_after_restore().clear()


def test_resources_are_opened_after_the_restore(handler: LambdaHandler | EventHandler) -> None:
    assert opened == []
    hooks.run_after_restore()
    assert opened == [1]
    assert handler({"message": "a"}, None) == {"message": "1"}


def test_random_numbers_differ_and_settings_are_read_again(
    handler: LambdaHandler | EventHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    del handler
    random.seed(1)
    before = random.getstate()
    monkeypatch.setenv("BATCH_MARGIN_MS", "7")
    hooks.run_after_restore()
    assert random.getstate() != before
    assert get_settings().batch_margin_ms == 7


def test_a_setting_that_is_wrong_by_then_is_named(
    handler: LambdaHandler | EventHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    del handler
    monkeypatch.setenv("BATCH_MARGIN_MS", "soon")
    with pytest.raises(SettingsError, match="BATCH_MARGIN_MS"):
        hooks.run_after_restore()


def test_the_warm_up_calls_no_function_and_writes_no_log(
    handler: LambdaHandler | EventHandler, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    warm_up(handler)
    assert (opened, caplog.messages) == ([], [])
