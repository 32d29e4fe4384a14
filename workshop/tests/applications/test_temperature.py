"""Two endpoints: each has its routes, the option `--endpoint` and the variable ENDPOINT choose between them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from lambda_app.contract.environment import SettingsError
from lambda_app.settings import get_settings
from workshop.tests.applications.doors import command, event_handler, lambda_handler
from workshop.tests.applications.tables.temperature import AVERAGE, CONVERT

READINGS = {"place": "Oslo", "readings": [1, 2]}
AVERAGED = {"place": "Oslo", "average": 1.5}


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path) -> Iterator[None]:
    with CONVERT.surroundings(tmp_path):
        yield


def test_both_have_their_routes() -> None:
    with TestClient(CONVERT.app) as client:
        assert client.post("/convert", json={"degrees": 0}).json() == {"degrees": 32.0}
        assert client.post("/average", json=READINGS).json() == AVERAGED
        batch = client.post("/average/batch", content=b'{"place":"Oslo","readings":[1]}')
        assert batch.text == '{"place":"Oslo","average":1.0}\n'
    assert {"/convert", "/convert/batch", "/average", "/average/batch"} <= set(CONVERT.app.openapi()["paths"])


def test_the_first_is_the_default() -> None:
    assert command(["--degrees", "0"]).output == b"32.0\n"
    with event_handler(CONVERT) as handler:
        assert handler({"degrees": 0}, None) == {"degrees": 32.0}


def test_the_events_handlers_take_the_one_that_the_environment_names(tmp_path: Path) -> None:
    with AVERAGE.surroundings(tmp_path):
        with lambda_handler(AVERAGE) as handler:
            assert handler(READINGS, None) == AVERAGED
        with event_handler(AVERAGE) as alone:
            assert alone(READINGS, None) == AVERAGED


def test_the_terminal_has_the_options_of_the_chosen_one() -> None:
    assert b"--degrees" in command(["--help"]).output
    chosen = command(["--endpoint", "average", "--help"]).output
    assert b"--readings" in chosen
    assert b"--degrees" not in chosen
    assert command(["--endpoint=average", "Oslo", "--readings", "1", "--readings", "-2"]).status == 0


def test_the_message_of_the_chosen_one_may_come_from_standard_input() -> None:
    ended = command(["--endpoint", "average", "--readings", "1", "--json"], b"Oslo\n")
    assert (ended.status, ended.output) == (0, b'{"place":"Oslo","average":1.0}\n')


def test_an_endpoint_that_there_is_not_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = command(["--endpoint", "averag", "Oslo"])
    assert (ended.status, ended.output, ended.error.count("\n")) == (2, b"", 1)
    assert "average?" in ended.error
    monkeypatch.setenv("ENDPOINT", "averag")
    get_settings.cache_clear()
    with pytest.raises(SettingsError, match="ENDPOINT"), event_handler(CONVERT):
        pass
    with pytest.raises(SettingsError, match="ENDPOINT"), lambda_handler(CONVERT):
        pass
