"""`python -m lambda_app` and `lambda-app`: the application's own endpoints, whatever they are."""

import os
import subprocess
import sys

import pytest
from processes import terminal

from lambda_app import __version__
from lambda_app.__main__ import load, main
from lambda_app.endpoints import ENDPOINTS, resources

pytestmark = pytest.mark.measured

VERSION = f"lambda-app {__version__}\n"


def test_the_command_opens_to_the_endpoints_of_the_application(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert load() == (ENDPOINTS, resources)
    monkeypatch.setattr(sys, "argv", ["lambda-app", "--help"])
    assert main() == 0
    out, error = capfd.readouterr()
    assert out.startswith("usage: lambda-app [options]")
    assert error == ""


def test_the_console_script_is_the_same_command() -> None:
    script = os.path.join(os.path.dirname(sys.executable), "lambda-app")  # noqa: PTH118, PTH120 (not resolved)
    ended = subprocess.run([script, "--version"], capture_output=True, check=True)
    assert ended.stdout == terminal(["--version"]).stdout == VERSION.encode()
