"""What the tests of the terminal share."""

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from pydantic import ConfigDict, create_model

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.life import Resources
from lambda_app.terminal.command import main
from tests.terminal.echo import ECHO


class Ended(NamedTuple):
    """What became of a command."""

    status: int
    out: str
    error: str


class Command:
    """The command, run in this process."""

    def __init__(self, captured: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self._captured = captured
        self._monkeypatch = monkeypatch
        self._stdin = folder / "stdin"

    def __call__(
        self,
        *argv: str,
        stdin: bytes = b"",
        endpoint: Endpoint = ECHO,
        endpoints: Mapping[str, Endpoint] | None = None,
        resources: Resources | None = None,
    ) -> Ended:
        """Return the exit status, and what was printed; standard input is a file."""
        self._stdin.write_bytes(stdin)
        with self._stdin.open() as stream:
            self._monkeypatch.setattr(sys, "stdin", stream)
            status = main(argv, lambda: ({"only": endpoint} if endpoints is None else endpoints, resources))
        printed = self._captured.readouterr()
        return Ended(status, printed.out.decode(), printed.err.decode())


def refused(error: str, status: int = 2) -> Ended:
    """Return what became of a command that ends in one line of error."""
    return Ended(status, "", f"lambda-app: error: {error}\n")


def tells(line: str, pointers: Iterable[str]) -> bool:
    """Tell whether a line of error is about these places of a document, in this order."""
    errors = line.split("; ")
    paths = [re.sub(r"/(\d+)", r"[\1]", pointer.removeprefix("#")).replace("/", ".") for pointer in pointers]
    starts = [f"{path.removeprefix('.')}: " if path else "" for path in paths]
    return len(errors) == len(starts) and all(map(str.startswith, errors, starts))


def answering_with_its_request(model: type[Document]) -> Endpoint:
    """Return an endpoint that answers with the request document."""

    def same(request: Document) -> Document:
        return request

    same.__annotations__ = {"request": model, "return": model}
    return Endpoint(same)


def document_of(config: ConfigDict | None = None, /, **fields: Any) -> type[Document]:
    """Return a model of a few fields, each given as a type, or as a type and its default."""
    base = type("Base", (Document,), {"model_config": config or {}, "__module__": __name__})
    return create_model("Given", __base__=base, **fields)


def line_of(module: ModuleType | Callable[..., object], text: str) -> int:
    """Return the number of the line of a module, or of a function's, that holds a text."""
    lines, start = inspect.getsourcelines(module)
    return next(number for number, line in enumerate(lines, max(start, 1)) if text in line)
