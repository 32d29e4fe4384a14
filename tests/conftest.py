"""Doors of the tests' own function, opened once."""

import signal
from collections.abc import Iterator

import hypothesis
import pytest
from starlette.testclient import TestClient

from lambda_app.aws_lambda import LambdaHandler
from tests.echo import ECHO, app

# No test is timed: how long an example takes depends on the machine.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


# A shell starts what runs in the background with SIGINT ignored, and so would be the processes that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def rest() -> Iterator[TestClient]:
    """Return a client of the REST door, which answers a server's own error as a server does."""
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def handler() -> Iterator[LambdaHandler]:
    """Return the Lambda handler."""
    opened = LambdaHandler(app, ECHO)
    yield opened
    opened.close()
