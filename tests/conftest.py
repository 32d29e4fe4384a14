"""Doors of the tests' own function, opened once."""

import gc
import logging
import os
import signal
import sys
from collections.abc import Iterator

import coverage
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

# The heap of a process that runs tests is large. To search it for garbage as often as a small one takes a quarter of
# the time.
gc.set_threshold(20_000, 20, 20)

# Containers often forbid bytecode. Without it, each of the processes that tests start compiles the package again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

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
def fresh_log_records() -> Iterator[None]:
    """Undo what the Lambda door adds to every record of the log where a test says that this is Lambda."""
    factory = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(factory)


@pytest.fixture(autouse=True)
def unfrozen_objects() -> Iterator[None]:
    """Undo what the terminal's command does to its process, because hypothesis finds no referrers that are frozen."""
    yield
    gc.unfreeze()


def is_unmeasured(item: pytest.Item) -> bool:
    """Tell whether other tests run the same code, so that coverage.py need not look, which doubles a test's time."""
    return item.get_closest_marker("unmeasured") is not None or item.nodeid.startswith("tests/project/")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Measure the processes that run tests, and not the one that distributes them."""
    if measurement := coverage.Coverage.current():
        measurement.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run last what is not measured, because coverage.py loses sight of running threads when it is stopped."""
    items.sort(key=is_unmeasured)


@pytest.fixture(autouse=True)
def only_what_is_measured(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure no process but those of tests that say so, and this one until the first test that is not measured."""
    if request.node.get_closest_marker("measured") is None:
        monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
    if is_unmeasured(request.node) and (measurement := coverage.Coverage.current()):
        measurement.stop()


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
