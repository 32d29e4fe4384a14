"""Imports that wait while a process starts, on Python 3.15 and without an effect before it."""

import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from processes import ROOT, environment

from lambda_app.contract.lazy_imports import lazy_imports

Condition = Callable[[str, str, tuple[str, ...] | None], bool]


class Interpreter:
    """The functions that Python 3.15 has, and what they were told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.mode = "normal"
        self.condition: Condition | None = None
        functions = {
            "get_lazy_imports": lambda: self.mode,
            "set_lazy_imports": lambda mode: setattr(self, "mode", mode),
            "get_lazy_imports_filter": lambda: self.condition,
            "set_lazy_imports_filter": lambda condition: setattr(self, "condition", condition),
        }
        for name, function in functions.items():
            monkeypatch.setattr(sys, name, function, raising=False)


@pytest.fixture
def interpreter(monkeypatch: pytest.MonkeyPatch) -> Interpreter:
    """Return what this interpreter is told."""
    return Interpreter(monkeypatch)


def test_imports_wait_in_the_block_alone(interpreter: Interpreter) -> None:
    with lazy_imports():
        assert (interpreter.mode, interpreter.condition is None) == ("all", False)
    assert (interpreter.mode, interpreter.condition) == ("normal", None)


def test_a_module_that_cannot_be_imported_ends_the_waiting(interpreter: Interpreter) -> None:
    with pytest.raises(ModuleNotFoundError), lazy_imports():
        import_module("lambda_app.nowhere")
    assert (interpreter.mode, interpreter.condition) == ("normal", None)


@pytest.mark.parametrize(
    ("importing", "waits"),
    [
        ("fastapi.routing", True),
        ("asyncio", True),
        ("lambda_app.rest.application", True),
        ("lambda_app.app", False),
        ("lambda_app.endpoints", False),
        ("lambda_app.database", False),
        ("boto3.session", False),
        ("fastapi_users", False),
    ],
)
def test_what_you_import_and_what_your_libraries_import_never_waits(
    importing: str, interpreter: Interpreter, *, waits: bool
) -> None:
    with lazy_imports():
        assert interpreter.condition is not None
        assert interpreter.condition(importing, "anything", ("name",)) is waits


def test_nothing_waits_before_python_3_15(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("get_lazy_imports", "set_lazy_imports"):
        monkeypatch.delattr(sys, name, raising=False)
    with lazy_imports():
        import colorsys  # noqa: PLC0415 (any module)

    assert colorsys.rgb_to_hsv(0, 0, 0) == (0, 0, 0)


@pytest.mark.skipif(sys.version_info < (3, 15), reason="imports take place at once")
def test_a_door_that_nobody_uses_is_not_imported() -> None:
    code = """
import sys
from lambda_app.contract.lazy_imports import lazy_imports
with lazy_imports():
    import tests.echo
print("fastapi.openapi.docs" in sys.modules, "fastapi.routing" in sys.modules, sys.get_lazy_imports())
"""
    assert run(code) == "False True normal\n"


def run(code: str) -> Any:
    """Return what a new interpreter prints."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=True).stdout
