"""Doors of the tests' own function, opened once."""

import gc
import os
import signal
from collections.abc import Iterator

import hypothesis
import pytest
from sample import document
from starlette.testclient import TestClient

from lambda_app.aws_lambda.http_handler import LambdaHandler
from lambda_app.settings import Settings, get_settings
from tests.echo import app

# A person's required settings, which none of these tests is about, are made up where the environment has none.
for name, value in document(Settings).items():
    os.environ.setdefault(name.upper(), str(value))

# No test is timed: how long an example takes, and how long it takes to make one up, depend on the machine.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")


# A shell starts what runs in the background with SIGINT ignored, and nohup does so with SIGHUP. So would be the
# processes that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(autouse=True)
def fresh_settings() -> Iterator[None]:
    """Let a test set environment variables, and the next one read its own."""
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.fixture(autouse=True)
def unfrozen_objects() -> Iterator[None]:
    """Undo what the terminal's command does to its process, because hypothesis finds no referrers that are frozen."""
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def only_measured_processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure no process but those of tests that say so: coverage.py doubles the time that each of them takes."""
    if request.node.get_closest_marker("measured") is None:
        monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


@pytest.fixture(scope="session")
def rest() -> Iterator[TestClient]:
    """Return a client of the REST door."""
    with TestClient(app) as client:
        yield client


@pytest.fixture(scope="session")
def handler() -> Iterator[LambdaHandler]:
    """Return the Lambda handler."""
    opened = LambdaHandler(app)
    yield opened
    opened.close()
