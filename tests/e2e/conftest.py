"""The image in its two targets, and what is started once for many tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.stack import Json, translated
from tests.e2e.tools import IMAGE, Emulator, output
from tests.project.imports import PLAIN


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
def template(sam_build: None) -> Json:
    """Return the template, translated to CloudFormation."""
    del sam_build
    return translated()


@pytest.fixture(scope="session")
def slow(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return what Docker is told for an application that answers a message with itself, after SLEEP seconds or half."""
    folder = tmp_path_factory.mktemp("slow")
    for path in PLAIN:
        pause = "import os\n    import time\n\n    time.sleep(float(os.environ.get('SLEEP', 0.5)))\n    return request"
        (folder / path.name).write_text(path.read_text().replace("return request", pause))
    return [word for path in PLAIN for word in ("--volume", f"{folder / path.name}:/app/lambda_app/{path.name}:ro")]
