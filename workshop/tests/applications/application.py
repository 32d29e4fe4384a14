"""An application of these tests, by its name, and the table of inputs that it is driven by."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.life import Resources
from lambda_app.rest.application import Application
from lambda_app.settings import get_settings
from workshop.tests.applications.loading import module

Variables = Mapping[str, str]


class Outcome(NamedTuple):
    """What every door makes of an input: a response document or a problem, whose errors are pointers and codes."""

    document: Any
    status: int = 200
    headers: Mapping[str, str] = {}
    error: str = ""  # what Lambda calls `errorType`
    exit_status: int = 0


class Case(NamedTuple):
    """An input document, and what becomes of it."""

    name: str
    document: Any
    expected: Outcome
    is_typed: bool = True  # whether a command line can hold it


def answers(**document: object) -> Outcome:
    """Expect a response document."""
    return Outcome(document)


def invalid(*errors: tuple[str, str]) -> Outcome:
    """Expect the refusal of an input by its model, with pointers and codes."""
    problem = {
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": "The document is not what the request model asks for.",
        "errors": [list(error) for error in errors],
    }
    return Outcome(problem, 422, error="InvalidInput", exit_status=2)


def refuses(error: str, problem: Mapping[str, Any], **headers: str) -> Outcome:
    """Expect the refusal of an input by the function."""
    document = {"type": "about:blank", **problem}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Outcome(document, document["status"], named, error, exit_status=1)


SERVER_ERROR = {"type": "about:blank", "title": "Internal Server Error", "status": 500}
FAILS = Outcome(SERVER_ERROR, 500, error="ProcessingFailed", exit_status=1)


@contextmanager
def no_variables(_: Path) -> Iterator[Variables]:
    """Provide nothing."""
    yield {}


@dataclass(frozen=True, eq=False)  # so that pytest can tell by its identity which door is open
class Subject:
    """An application, one of its endpoints, and its table; `environment` provides what it needs, and its variables."""

    name: str
    endpoint: str
    table: Sequence[Case]
    environment: Callable[[Path], AbstractContextManager[Variables]] = no_variables
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def app(self) -> Application:
        """Its FastAPI application."""
        app: Application = module(self.name, "app").app
        return app

    @property
    def endpoints(self) -> Mapping[str, Endpoint]:
        """Its endpoints."""
        endpoints: Mapping[str, Endpoint] = module(self.name, "endpoints").ENDPOINTS
        return endpoints

    @property
    def resources(self) -> Resources | None:
        """What opens its resources."""
        resources: Resources | None = module(self.name, "endpoints").resources
        return resources

    @property
    def title(self) -> str:
        """Its name, and that of the endpoint."""
        return f"{self.name}/{self.endpoint}"

    @property
    def path(self) -> str:
        """The path of the endpoint."""
        return f"/{self.endpoint}"

    @contextmanager
    def surroundings(self, folder: Path) -> Iterator[Variables]:
        """Provide what the application needs, in the environment of this process too."""
        with pytest.MonkeyPatch.context() as patch, self.environment(folder) as given:
            default = next(iter(self.endpoints))
            variables = {"APPLICATION": self.name, "ENDPOINT": self.endpoint.removeprefix(default), **given}
            for name, value in variables.items():
                patch.setenv(name, value)
            get_settings.cache_clear()
            yield variables
