"""A database file is opened by every door, written by one and read by another, and closed at the end."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from processes import RestServer
from processes import terminal as terminal_process
from starlette.testclient import TestClient

from tests.events import failures, sqs
from workshop.tests.applications.application import Variables
from workshop.tests.applications.doors import command, event_handler, lambda_handler
from workshop.tests.applications.tables.weather import TWO_DAYS, WEATHER
from workshop.tests.applications.weather.settings import get_settings

OSLO = {"station": "Oslo", "days": 2, "lowest": -12.5, "highest": 3.0}
ASK = {"station": "Oslo"}
TELL = {"station": "Oslo", "readings": TWO_DAYS}


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path) -> Iterator[Variables]:
    with WEATHER.surroundings(tmp_path) as variables:
        yield variables


def files(folder: Path) -> list[str]:
    """Return the files of the database; SQLite removes those of its log when the last connection is closed."""
    return sorted(path.name for path in folder.iterdir())


def test_the_server_writes_and_the_command_reads(surroundings: Variables, tmp_path: Path) -> None:
    arguments = ("-m", "uvicorn", "--port", "PORT", "workshop.tests.applications.weather.app:app")
    with RestServer(*arguments, env=surroundings) as server:
        answer = server.post(b'{"station": "Oslo", "readings": [{"day": "2027-01-04", "degrees": -12.5}]}', "/station")
        assert (answer.status_code, answer.json()["days"]) == (200, 1)
        # Another process, while the server holds the database open.
        options = ["Oslo", "--readings", '{"day": "2027-01-05", "degrees": 3}', "--json"]
        ended = terminal_process(options, module="workshop.tests.applications", env=surroundings)
        assert (ended.returncode, ended.stdout) == (0, b'{"station":"Oslo","days":2,"lowest":-12.5,"highest":3.0}\n')
        assert server.post(b'{"station": "Oslo"}', "/station").json() == OSLO
    assert files(tmp_path) == ["weather.sqlite"]


def test_a_queue_writes_and_every_door_reads(tmp_path: Path) -> None:
    with event_handler(WEATHER) as handler:
        assert handler(sqs('{"station": "Bergen"}', '{"station": "Oslo", "readings": []}'), None) == failures(0, 1)
        assert handler(TELL, None) == OSLO
        assert "weather.sqlite-wal" in files(tmp_path)
    assert files(tmp_path) == ["weather.sqlite"]
    with lambda_handler(WEATHER) as handler:
        assert handler(ASK, None) == OSLO
    assert files(tmp_path) == ["weather.sqlite"]
    with TestClient(WEATHER.app) as client:
        assert client.post("/station", json=ASK).json() == OSLO
    assert files(tmp_path) == ["weather.sqlite"]
    assert command(["Oslo", "--json"]).output == b'{"station":"Oslo","days":2,"lowest":-12.5,"highest":3.0}\n'
    assert files(tmp_path) == ["weather.sqlite"]


def test_many_threads_share_the_connection() -> None:
    with TestClient(WEATHER.app) as client, ThreadPoolExecutor(8) as pool:
        days = [{"station": "Oslo", "readings": [{"day": f"2027-01-{day:02}", "degrees": day}]} for day in range(1, 25)]
        answers = list(pool.map(lambda document: client.post("/station", json=document), days))
        assert [answer.status_code for answer in answers] == [200] * len(days)
        assert client.post("/station", json=ASK).json() == {**OSLO, "days": 24, "lowest": 1.0, "highest": 24.0}


class TestWithoutADatabase:
    """No door opens where the resources cannot be."""

    @pytest.fixture(autouse=True)
    def unreachable(self, surroundings: Variables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert surroundings
        monkeypatch.setenv("DATABASE", str(tmp_path / "missing" / "weather.sqlite"))
        get_settings.cache_clear()

    def test_the_terminal_says_so_in_one_line(self) -> None:
        ended = command(["Oslo"])
        assert (ended.status, ended.output, ended.error.count("\n")) == (1, b"", 1)
        assert ended.error.startswith("lambda-app: error: ")
        assert "OperationalError" in ended.error

    def test_json_lines_are_not_begun(self) -> None:
        ended = command(["--jsonl"], b'{"station": "Oslo"}\n')
        assert (ended.status, ended.output, ended.error.count("\n")) == (1, b"", 1)

    def test_help_does_without(self) -> None:
        ended = command(["--help"])
        assert (ended.status, ended.error) == (0, "")
        assert b"The name of the station." in ended.output

    def test_invalid_usage_is_told_first(self) -> None:
        ended = command(["Oslo", "--reading", "1"])
        assert ended.status == 2
        assert "--readings" in ended.error

    def test_the_other_doors_do_not_start(self) -> None:
        with pytest.raises(sqlite3.OperationalError), TestClient(WEATHER.app):
            pass
        with pytest.raises(sqlite3.OperationalError), lambda_handler(WEATHER):
            pass
        with pytest.raises(sqlite3.OperationalError), event_handler(WEATHER):
            pass
