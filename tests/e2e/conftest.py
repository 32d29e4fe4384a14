"""The image in its two targets, and what is started once for many tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import ROOT

from tests.e2e.tools import IMAGE, Emulator, output


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("e2e")


@pytest.fixture(scope="session", params=[IMAGE, f"{IMAGE}:lambda"], ids=["application", "lambda"])
def image(request: pytest.FixtureRequest) -> str:
    """Return the name of the image, for each of its targets."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def emulator(image: str) -> Iterator[Emulator]:
    """Return AWS's emulator in front of the image."""
    with Emulator(image) as started:
        yield started


@pytest.fixture(scope="session")
def sam_build() -> None:
    """Build the application with SAM."""
    output("sam", "build")


@pytest.fixture(scope="session")
def slow_process(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a process.py that takes half a second, and answers what the application's own does."""
    path = tmp_path_factory.mktemp("process") / "process.py"
    source = (ROOT / "lambda_app/process.py").read_text()
    path.write_text(f"""{source}

import time
_answer = process
def process(**fields):
    time.sleep(0.5)
    return _answer(**fields)
""")
    return path
