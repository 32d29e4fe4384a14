"""Direct invocations and notifications, the endpoint that answers them, and what it needs."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Annotated, Any

import pytest
from hypothesis import given
from processes import environment
from pydantic import BeforeValidator, ImportString

from lambda_app.aws_lambda.event_handler import EventHandler
from lambda_app.aws_lambda.kinds import UnsupportedEvent
from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.environment import SettingsError
from lambda_app.contract.life import Life
from lambda_app.contract.problem import InvalidInput, Problem, ProcessingFailed
from lambda_app.rest.application import Application
from lambda_app.settings import get_settings
from tests.aws_lambda.values import EVENT_VALUES
from tests.echo import ECHO, EchoRequest, EchoResponse, Unwelcome
from tests.events import Event, event, failures, sns, sqs

GOOD, BAD, THROWS, REFUSED = '{"message": "a"}', "{}", '{"message": "raise"}', '{"message": "refuse"}'
events = EventHandler({"process": ECHO}, Life())


def test_a_direct_invocation_is_answered_with_the_response_document() -> None:
    assert events({"message": "hello"}, None) == {"message": "hello"}


@pytest.mark.parametrize("document", [{}, {"messages": "a"}, {"message": 1}])
def test_a_direct_invocation_that_the_model_refuses_raises_the_problem(document: Event) -> None:
    with pytest.raises(InvalidInput) as caught:
        events(document, None)
    assert json.loads(str(caught.value))["status"] == 422


def test_a_direct_invocation_whose_processing_raises_is_told_no_cause(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ProcessingFailed) as caught:
        events({"message": "raise"}, None)
    assert str(caught.value) == '{"type":"about:blank","title":"Internal Server Error","status":500}'
    assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == ("ERROR", "processing failed")
    assert record.exc_text is not None
    assert record.exc_text.endswith("tests.echo.Broken: secret")


@pytest.mark.parametrize(
    "invocation", [{"message": "refuse"}, sns(REFUSED), event("eventbridge", detail={"message": "refuse"})]
)
def test_a_refusal_is_raised_as_it_is(invocation: Event, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Unwelcome) as caught:
        events(invocation, None)
    assert json.loads(str(caught.value)) == {
        "type": "https://example.com/unwelcome",
        "title": "Conflict",
        "status": 409,
        "detail": "Not this one.",
        "seen": 1,
    }
    assert caplog.messages == []


class Trap(Document):
    """What raises while it is read."""

    found: Annotated[str, BeforeValidator(lambda value: {}[value])] | None = None
    code: ImportString[object] | None = None
    message: str = ""


def test_what_a_validator_raises_fails_without_the_value() -> None:
    def answer(request: Trap) -> EchoResponse:
        return EchoResponse(message=request.message)

    handler = EventHandler({"trap": Endpoint(answer)}, Life())
    for document in ({"found": "s3cret"}, {"code": "../s3cret"}):
        with pytest.raises(Problem) as caught:
            handler(document, None)
        assert "s3cret" not in str(caught.value)
    assert handler(sqs('{"found": "s3cret"}', '{"code": "../s3cret"}', '{"message": "a"}'), None) == failures(0, 1)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, asyncio.CancelledError, GeneratorExit, StopIteration])
def test_nothing_that_a_function_raises_ends_the_runtime(error: type[BaseException]) -> None:
    def fail(_: EchoRequest) -> EchoResponse:
        raise error

    async def fail_late(_: EchoRequest) -> EchoResponse:
        await asyncio.sleep(0)
        raise error

    for function in (fail, fail_late):
        handler = EventHandler({"process": Endpoint(function)}, Life())
        for _ in range(2):
            with pytest.raises(ProcessingFailed):
                handler({"message": "a"}, None)
        handler.close()


def test_a_task_that_exits_does_not_end_the_runtime() -> None:
    async def exit_elsewhere(request: EchoRequest) -> EchoResponse:
        if request.message == "exit":
            asyncio.get_running_loop().call_soon(sys.exit)
        await asyncio.sleep(0)
        return EchoResponse(message=request.message)

    handler = EventHandler({"process": Endpoint(exit_elsewhere)}, Life())
    with pytest.raises(ProcessingFailed):
        handler({"message": "exit"}, None)
    assert handler({"message": "a"}, None) == {"message": "a"}
    handler.close()


def test_an_answer_that_is_nested_too_deeply_has_failed() -> None:
    class Nested(Document):
        inner: "Nested | None" = None

    def nest(_request: EchoRequest) -> Nested:
        nested = Nested()
        for _ in range(220):
            nested = Nested.model_construct(inner=nested)
        return nested

    with pytest.raises(ProcessingFailed):
        EventHandler({"nest": Endpoint(nest)}, Life())({"message": "a"}, None)


def test_one_notification_is_answered_with_its_response_and_several_with_a_list() -> None:
    assert events(sns(GOOD), None) == {"message": "a"}
    assert events(sns(GOOD, '{"message": "b"}'), None) == [{"message": "a"}, {"message": "b"}]
    assert events(event("eventbridge", detail={"message": "a"}), None) == {"message": "a"}


@pytest.mark.parametrize(
    ("notification", "error"),
    [
        (sns(BAD), InvalidInput),
        (sns(None), InvalidInput),
        (sns(GOOD, THROWS), ProcessingFailed),
        (event("eventbridge", detail={}), InvalidInput),
        (event("eventbridge", detail=None), InvalidInput),
        (event("eventbridge", detail={"message": "raise"}), ProcessingFailed),
    ],
)
def test_a_notification_that_fails_raises_for_aws_to_deliver_it_again(
    notification: Event, error: type[Exception]
) -> None:
    with pytest.raises(error):
        events(notification, None)


@pytest.mark.unmeasured
@given(EVENT_VALUES)
def test_every_json_value_ends_in_an_answer_or_a_named_error(value: object) -> None:
    with suppress(InvalidInput, ProcessingFailed, UnsupportedEvent):
        events(value, None)


def first(request: EchoRequest) -> EchoResponse:
    return EchoResponse(message=f"first {request.message}")


def second(request: EchoRequest) -> EchoResponse:
    return EchoResponse(message=f"second {request.message}")


TWO = {"first": Endpoint(first), "second": Endpoint(second)}


@pytest.mark.parametrize(("name", "answer"), [("", "first a"), ("first", "first a"), ("second", "second a")])
def test_the_environment_names_the_endpoint_or_it_is_the_first(
    name: str, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENDPOINT", name)
    assert EventHandler(TWO, Life())({"message": "a"}, None) == {"message": answer}


def test_an_endpoint_that_there_is_not_ends_the_start_with_the_names_of_those_that_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ENDPOINT", "third\n")
    with pytest.raises(SettingsError) as caught:
        EventHandler(TWO, Life())
    assert str(caught.value) == "ENDPOINT must be one of first, second"


def test_only_the_model_of_the_chosen_endpoint_must_differ_from_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    class Letter(Document):
        body: str

    def send(letter: Letter) -> EchoResponse:
        return EchoResponse(message=letter.body)

    endpoints = {"process": ECHO, "send": Endpoint(send)}
    assert EventHandler(endpoints, Life())({"message": "a"}, None) == {"message": "a"}
    monkeypatch.setenv("ENDPOINT", "send")
    get_settings.cache_clear()
    with pytest.raises(TypeError, match="the request model's body"):
        EventHandler(endpoints, Life())


def test_a_function_in_the_place_of_its_endpoint_is_refused_with_what_to_write() -> None:
    endpoints: Any = {"first": first}
    for open_door in (lambda: EventHandler(endpoints, Life()), lambda: Application(endpoints)):
        with pytest.raises(TypeError, match=r"^ENDPOINTS has first where it needs Endpoint\(first\)$"):
            open_door()
    with pytest.raises(TypeError, match=r"^ENDPOINTS has None where it needs Endpoint\(None\)$"):
        Life().check([None])


def test_an_event_loop_of_its_own_does_not_disturb_a_function() -> None:
    async def answer() -> str:
        await asyncio.sleep(0)
        return "from its own loop"

    def run(_: EchoRequest) -> EchoResponse:
        return EchoResponse(message=asyncio.run(answer()))

    @asynccontextmanager
    async def resources() -> AsyncIterator[None]:
        yield

    for life in (Life(), Life(resources)):
        handler = EventHandler({"process": Endpoint(run)}, life)
        for _ in range(2):
            assert handler({"message": "a"}, None) == {"message": "from its own loop"}
        handler.close()


def test_resources_are_opened_once_and_closed_at_the_end() -> None:
    calls: list[str] = []

    @contextmanager
    def resources() -> Iterator[str]:
        calls.append("open")
        yield "resource"
        calls.append("close")

    def use(request: EchoRequest, resource: str) -> EchoResponse:
        return EchoResponse(message=f"{request.message} {resource}")

    handler = EventHandler({"use": Endpoint(use)}, Life(resources))
    for _ in range(2):
        assert handler({"message": "a"}, None) == {"message": "a resource"}
    assert calls == ["open"]
    handler.close()
    assert calls == ["open", "close"]


def test_asynchronous_endpoints_and_resources_share_one_event_loop() -> None:
    loops: list[asyncio.AbstractEventLoop] = []

    @asynccontextmanager
    async def resources() -> AsyncIterator[asyncio.Queue[str]]:
        loops.append(asyncio.get_running_loop())
        yield asyncio.Queue()
        loops.append(asyncio.get_running_loop())

    async def use(request: EchoRequest, queue: asyncio.Queue[str]) -> EchoResponse:
        loops.append(asyncio.get_running_loop())
        asyncio.get_running_loop().call_later(0, queue.put_nowait, request.message)
        return EchoResponse(message=await queue.get())

    handler = EventHandler({"use": Endpoint(use)}, Life(resources))
    assert handler({"message": "a"}, None) == {"message": "a"}
    assert handler(sqs(GOOD, GOOD), None) == failures()
    handler.close()
    assert loops == [loops[0]] * 5
    assert loops[0].is_closed()


def test_resources_that_cannot_be_opened_fail_the_import() -> None:
    @asynccontextmanager
    async def resources() -> AsyncIterator[str]:
        yield os.environ["NOWHERE"]

    with pytest.raises(KeyError):
        EventHandler({"process": ECHO}, Life(resources))


def test_without_http_neither_asyncio_nor_a_web_framework_is_imported() -> None:
    code = "import sys; from lambda_app.aws_lambda.event_handler import EventHandler; "
    code += "from lambda_app.contract.life import Life; from tests.project.plain.endpoints import ENDPOINTS; "
    code += "EventHandler(ENDPOINTS, Life())({'message': 'a'}, None); "
    code += "print(sorted({'asyncio', 'fastapi', 'mangum', 'starlette', 'uvicorn'} & set(sys.modules)))"
    command = [sys.executable, "-W", "error", "-X", "dev", "-c", code]
    ended = subprocess.run(command, env=environment(), capture_output=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"[]\n", b"")
