"""The door that most attacks share, with limits on time that a test can wait for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.clients import allow_descriptors
from tests.attacks.door import Door

SHORT = {"HEADER_TIMEOUT": 3, "BODY_TIMEOUT": 3, "WRITE_TIMEOUT": 3, "KEEP_ALIVE_TIMEOUT": 2}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("attack")


@pytest.fixture(scope="session", autouse=True)
def descriptors() -> None:
    """Let this process open as many connections as the attacks need."""
    allow_descriptors()


@pytest.fixture(scope="session")
def running() -> Iterator[list[Door]]:
    """Return the door that attacks share, once one has been opened."""
    doors: list[Door] = []
    yield doors
    for door in doors:
        door.__exit__(None, None, None)


@pytest.fixture
def door(running: list[Door]) -> Door:
    """Return the door that attacks share; another one, where an attack has ended it."""
    if not running or not running[-1].is_running():
        running.append(Door(**SHORT).__enter__())
    return running[-1]
