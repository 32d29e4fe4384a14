"""`time_left`, as a function sees it behind each door."""

import asyncio
import math
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from starlette.testclient import TestClient

from lambda_app.aws_lambda.event_handler import EventHandler
from lambda_app.aws_lambda.http_handler import LambdaHandler
from lambda_app.contract.deadline import Deadline, limited, time_left
from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.life import Life
from lambda_app.rest.application import Application
from lambda_app.terminal.command import main
from tests.events import event, sqs


class Nothing(Document):
    pass


class Seconds(Document):
    left: float | None


def ask(_: Nothing) -> Seconds:
    left = time_left()
    return Seconds(left=None if left == math.inf else left)


async def ask_async(_: Nothing) -> Seconds:
    await asyncio.sleep(0)
    return ask(_)


def ask_in_a_loop_of_its_own(_: Nothing) -> Seconds:
    return asyncio.run(ask_async(_))


FUNCTIONS: list[Callable[[Nothing], Seconds | Coroutine[Any, Any, Seconds]]] = [
    ask,
    ask_async,
    ask_in_a_loop_of_its_own,
]


class Context:
    """Lambda's context, of an invocation that has 7 seconds left."""

    def get_remaining_time_in_millis(self) -> int:
        return 7000


def is_just_below(seconds: float, left: float) -> bool:
    return seconds - 5 < left <= seconds


def test_nothing_limits_a_function_that_is_called_directly() -> None:
    assert time_left() == math.inf


def test_the_time_left_falls_to_zero_and_no_lower() -> None:
    with Deadline(0.001):
        assert 0 <= time_left() <= 0.001
        while time_left():
            time.sleep(0)
        assert time_left() == 0.0
    assert time_left() == math.inf


def test_a_deadline_that_is_lifted_limits_nothing() -> None:
    with Deadline(1) as deadline:
        deadline.lift()
        assert time_left() == math.inf


def test_a_coroutine_has_the_deadline_wherever_it_runs() -> None:
    async def left() -> float:
        return time_left()

    assert is_just_below(7, asyncio.run(limited(left(), 7)))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_on_the_rest_server_it_is_what_is_left_of_the_request_timeout(
    function: Callable[[Nothing], Seconds], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUEST_TIMEOUT", "30")
    with TestClient(Application({"ask": Endpoint(function)})) as client:
        assert is_just_below(30, client.post("/ask", json={}).json()["left"])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_in_lambda_it_is_what_is_left_of_the_invocation_at_http_and_at_every_other_event(
    function: Callable[[Nothing], Seconds],
) -> None:
    endpoints = {"ask": Endpoint(function)}
    handler = LambdaHandler(Application(endpoints))
    request = event("http_api", body="{}")
    request["requestContext"]["http"]["path"] = request["rawPath"] = "/ask"
    answer: Any = handler(request, Context())
    direct: Any = handler({}, Context())
    unlimited: Any = handler({}, None)
    handler.close()
    assert is_just_below(7, Seconds.model_validate_json(answer["body"]).left or 0)
    assert is_just_below(7, direct["left"])
    assert unlimited == {"left": None}
    assert time_left() == math.inf


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_handler_of_events_alone_has_it_too(function: Callable[[Nothing], Seconds]) -> None:
    handler = EventHandler({"ask": Endpoint(function)}, Life())
    answer: Any = handler({}, Context())
    handler.close()
    assert is_just_below(7, answer["left"])


def test_every_record_of_a_batch_has_it() -> None:
    seen: list[float] = []

    def note(_: Nothing) -> Nothing:
        seen.append(time_left())
        return _

    handler = EventHandler({"note": Endpoint(note)}, Life())
    assert handler(sqs("{}", "{}"), Context()) == {"batchItemFailures": []}
    assert [is_just_below(7, left) for left in seen] == [True, True]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_limits_the_terminal(
    function: Callable[[Nothing], Seconds], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    endpoints = {"ask": Endpoint(function)}
    assert main(["--json"], lambda: (endpoints, None)) == 0
    assert capfdbinary.readouterr().out == b'{"left":null}\n'
