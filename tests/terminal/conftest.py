"""The command, in this process and with settings of its own."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lambda_app.settings import get_settings
from tests.terminal.tools import Command

# A shell starts what runs in the background with SIGINT ignored, and so would be the processes that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """Return the command."""
    return Command(capfdbinary, monkeypatch, tmp_path)


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Return what sets an environment variable that the settings are then read from."""

    def change(name: str, value: str) -> None:
        monkeypatch.setenv(name, value)
        get_settings.cache_clear()

    yield change
    get_settings.cache_clear()
