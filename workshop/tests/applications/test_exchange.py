"""An `async def` endpoint runs on one event loop with its HTTP client, and can wait for many answers at a time."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx2 import ASGITransport, AsyncClient
from processes import terminal as terminal_process
from starlette.testclient import TestClient

from lambda_app.contract.environment import SettingsError
from workshop.tests.applications.application import Variables
from workshop.tests.applications.doors import command, event_handler, lambda_handler
from workshop.tests.applications.exchange.settings import get_settings
from workshop.tests.applications.tables.exchange import EXCHANGE
from workshop.tests.applications.web import PROBLEM, Request, through_event, through_rest

MET = {"currency": "MET", "amount": 1}
NEVER = {"currency": "NEV", "amount": 1}
TOO_SLOW = {
    "type": "about:blank",
    "title": "Gateway Timeout",
    "status": 504,
    "detail": "The rates are not to be had in time.",
}


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path) -> Iterator[Variables]:
    with EXCHANGE.surroundings(tmp_path) as variables:
        yield variables


@pytest.fixture
def impatient(surroundings: Variables, monkeypatch: pytest.MonkeyPatch) -> Variables:
    """Wait no longer than it takes to notice that there is no answer."""
    monkeypatch.setenv("RATES_SECONDS", "0.05")
    get_settings.cache_clear()
    return surroundings


async def ask_twice() -> list[tuple[int, object]]:
    """Return two answers that the server of rates gives only where they are asked for at the same time."""
    app = EXCHANGE.app
    client = AsyncClient(transport=ASGITransport(app), base_url="http://test")
    async with client, app.router.lifespan_context(app):
        answers = await asyncio.gather(*(client.post("/convert", json=MET) for _ in range(2)))
    return [(answer.status_code, answer.json()) for answer in answers]


def test_two_requests_wait_at_the_same_time() -> None:
    assert asyncio.run(ask_twice()) == [(200, {"currency": "EUR", "amount": "2.00"})] * 2


def test_a_command_asks_as_well(surroundings: Variables) -> None:
    ended = terminal_process(["NOK", "--amount", "100"], module="workshop.tests.applications", env=surroundings)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b'{"currency":"EUR","amount":"8.00"}\n', b"")


@pytest.mark.usefixtures("impatient")
def test_a_timeout_of_the_function_is_answered_through_http() -> None:
    request = Request("POST", "/convert", json.dumps(NEVER).encode())
    with TestClient(EXCHANGE.app) as client:
        answer = through_rest(client)(request)
    assert (answer.status, answer.headers["content-type"], answer.document) == (504, PROBLEM, TOO_SLOW)
    with lambda_handler(EXCHANGE) as handler:
        answer = through_event(handler, "http_api")(request)
    assert (answer.status, answer.headers["content-type"], answer.document) == (504, PROBLEM, TOO_SLOW)


@pytest.mark.usefixtures("impatient")
def test_a_timeout_of_the_function_is_raised_to_a_direct_invocation() -> None:
    with event_handler(EXCHANGE) as handler, pytest.raises(Exception, match="504") as raised:
        handler(NEVER, None)
    assert (type(raised.value).__name__, json.loads(str(raised.value))) == ("RatesTooSlow", TOO_SLOW)


@pytest.mark.usefixtures("impatient")
def test_a_timeout_of_the_function_is_a_line_on_the_terminal() -> None:
    assert command(["NEV", "--amount", "1"]) == (1, b"", "lambda-app: error: The rates are not to be had in time.\n")


class TestWithoutTheRequiredSetting:
    """No door opens, and each names what is missing."""

    @pytest.fixture(autouse=True)
    def forgotten(self, surroundings: Variables, monkeypatch: pytest.MonkeyPatch) -> None:
        assert surroundings
        monkeypatch.delenv("RATES_URL")
        get_settings.cache_clear()

    def test_the_terminal_says_so_in_one_line(self) -> None:
        ended = command(["NOK", "--amount", "1"])
        assert (ended.status, ended.output, ended.error.count("\n")) == (1, b"", 1)
        assert ended.error.startswith("lambda-app: error: RATES_URL")

    def test_the_rest_door_does_not_start(self) -> None:
        with pytest.raises(SettingsError, match="RATES_URL"), TestClient(EXCHANGE.app):
            pass

    def test_the_lambda_handlers_do_not_start(self) -> None:
        with pytest.raises(SettingsError, match="RATES_URL"), lambda_handler(EXCHANGE):
            pass
        with pytest.raises(SettingsError, match="RATES_URL"), event_handler(EXCHANGE):
            pass
