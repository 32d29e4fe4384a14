"""Endpoints: what a function may look like, what it is given, and what becomes of what it raises."""

import asyncio
import functools
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, BaseModel, Field, ImportString

from lambda_app.aws_lambda.event_handler import EventHandler
from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.life import Life, Resources, at_once
from lambda_app.contract.problem import InvalidInput, Problem, ProcessingFailed
from lambda_app.rest.application import Application
from lambda_app.terminal.command import main
from tests.echo import ECHO, EchoRequest, EchoResponse, echo_async
from tests.order import ORDER


def answer(endpoint: Endpoint, document: object, resources: Resources | None = None) -> bytes:
    """Return the answer of an endpoint, on an event loop where it needs one."""

    async def whole() -> bytes:
        life = Life(resources)
        await life.open()
        try:
            return await life.answer(endpoint, document)
        finally:
            await life.close()

    return asyncio.run(whole()) if endpoint.is_async or Life(resources).is_async else at_once(whole())


def test_the_models_are_those_of_the_annotations() -> None:
    assert (ECHO.request, ECHO.response, ECHO.is_async, ECHO.takes_resources) == (
        EchoRequest,
        EchoResponse,
        False,
        False,
    )
    assert Endpoint(echo_async).is_async
    assert ECHO.description == "Answer a message with itself, except for a few that ask for trouble."


def untyped(request):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201 (the mistake that is tested)
    return request


def returns_nothing(request: EchoRequest) -> None:
    pass


class Lax(BaseModel):
    pass


def takes_lax(request: Lax) -> EchoResponse:
    raise AssertionError


def takes_three(request: EchoRequest, one: int, two: int) -> EchoResponse:
    raise AssertionError


def takes_none() -> EchoResponse:
    raise AssertionError


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (untyped, "untyped: annotate 'request' with a Document"),
        (returns_nothing, "returns_nothing: annotate 'return' with a Document"),
        (takes_lax, "takes_lax: annotate 'request' with a Document"),
        (takes_three, "takes_three must take a document, and at most the resources beside it"),
        (takes_none, "takes_none must take a document, and at most the resources beside it"),
    ],
)
def test_a_function_that_is_no_endpoint_is_refused_with_its_name(function: Any, message: str) -> None:
    with pytest.raises(TypeError) as caught:
        Endpoint(function)
    assert str(caught.value) == message


@pytest.mark.parametrize("endpoint", [ECHO, Endpoint(echo_async)], ids=["def", "async def"])
@pytest.mark.parametrize("message", ["raise", "exit", "cancelled", "stop iteration", "surrogate"])
def test_a_failure_is_told_without_its_cause_which_the_door_can_log(endpoint: Endpoint, message: str) -> None:
    with pytest.raises(ProcessingFailed) as caught:
        answer(endpoint, {"message": message})
    assert caught.value.document == {"type": "about:blank", "title": "Internal Server Error", "status": 500}
    assert caught.value.cause is not None
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def interrupt(_: EchoRequest) -> EchoResponse:
    raise KeyboardInterrupt


def test_ctrl_c_passes() -> None:
    with pytest.raises(KeyboardInterrupt):
        answer(Endpoint(interrupt), {"message": "a"})


async def wait(_: EchoRequest) -> EchoResponse:
    await asyncio.Event().wait()
    raise AssertionError


def test_a_cancellation_of_the_task_passes() -> None:
    async def cancelled() -> None:
        async with asyncio.timeout(0):
            await Life().answer(Endpoint(wait), {"message": "a"})

    with pytest.raises(TimeoutError):
        asyncio.run(cancelled())


def leak(_: object) -> None:
    raise KeyError("SECRET")


class Leaky(Document):
    text: Annotated[str, AfterValidator(leak)] = ""
    module: ImportString[Any] = None


def take(request: Leaky) -> Leaky:
    return request


@pytest.mark.parametrize("document", [{"text": "SECRET"}, {"module": "../SECRET"}])
def test_a_validator_that_raises_something_else_is_a_failure_that_shows_nothing(document: object) -> None:
    with pytest.raises(ProcessingFailed) as caught:
        answer(Endpoint(take), document)
    assert "SECRET" not in str(caught.value)


class Unwelcome(Problem):
    status = 409


def refuse(request: EchoRequest) -> EchoResponse:
    raise Unwelcome(detail=f"Not {request.message}.")


def test_a_refusal_reaches_the_caller_as_it_is() -> None:
    with pytest.raises(Unwelcome) as caught:
        answer(Endpoint(refuse, refuses=(Unwelcome,)), {"message": "a"})
    assert caught.value.detail == "Not a."


def lie(_: EchoRequest) -> EchoResponse:
    return "text"  # type: ignore[return-value]  # (the mistake that is tested)


def test_a_response_of_another_type_is_a_failure() -> None:
    with pytest.raises(ProcessingFailed) as caught:
        answer(Endpoint(lie), {"message": "a"})
    assert str(caught.value.cause) == "lie returned str, not EchoResponse"


class Aliased(Document):
    total: Annotated[float, Field(alias="theTotal")]


def total(_: EchoRequest) -> Aliased:
    return Aliased.model_validate({"theTotal": 1.0})


def test_a_response_is_written_by_its_aliases() -> None:
    assert answer(Endpoint(total), {"message": "a"}) == b'{"theTotal":1.0}'
    order = json.loads(answer(ORDER, {"name": "tea", "count": 2, "unit-of-measure": "box"}))["order"]
    assert order["unit-of-measure"] == "box"


def tell(request: EchoRequest, resources: list[str]) -> EchoResponse:
    return EchoResponse(message=f"{request.message} {resources}")


async def tell_async(request: EchoRequest, resources: list[str]) -> EchoResponse:
    return tell(request, resources)


@contextmanager
def held() -> Iterator[list[str]]:
    yield ["held"]


@asynccontextmanager
async def held_async() -> AsyncIterator[list[str]]:
    await asyncio.sleep(0)
    yield ["held"]


class Held:
    """A context manager that is a class."""

    async def __aenter__(self) -> list[str]:
        return ["held"]

    async def __aexit__(self, *_: object) -> None:
        pass


@pytest.mark.parametrize("resources", [held, held_async, Held])
@pytest.mark.parametrize("function", [tell, tell_async])
def test_a_function_with_a_second_parameter_gets_the_resources(function: Any, resources: Resources) -> None:
    assert answer(Endpoint(function), {"message": "a"}, resources) == b'{"message":"a [\'held\']"}'


async def undecorated() -> AsyncIterator[None]:
    yield


@pytest.mark.parametrize("resources", [undecorated, dict, functools.partial(Held)])
def test_resources_that_are_no_context_manager_are_refused(resources: Any) -> None:
    with pytest.raises(TypeError, match="resources must be a function under @contextmanager or @asynccontextmanager"):
        at_once(Life(resources).open())


NO_RESOURCES = "^tell takes resources, and there are none in endpoints.py$"
WITHOUT_RESOURCES = {"echo": ECHO, "tell": Endpoint(tell)}


@pytest.mark.parametrize("start", [Application, lambda endpoints: EventHandler(endpoints, Life())])
def test_a_function_that_takes_resources_where_there_are_none_fails_at_start_by_name(
    start: Callable[[Mapping[str, Endpoint]], object],
) -> None:
    with pytest.raises(TypeError, match=NO_RESOURCES):
        start(WITHOUT_RESOURCES)


@pytest.mark.parametrize("argv", [["a"], ["--help"], ["--jsonl"]])
def test_the_terminal_says_in_one_line_that_there_are_no_resources(
    argv: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(argv, lambda: (WITHOUT_RESOURCES, None)) == 1
    out, error = capfd.readouterr()
    assert (out, error.count("\n")) == ("", 1)
    assert ": tell takes resources, and there are none in endpoints.py (--traceback shows more)" in error


def test_resources_are_opened_and_closed_once() -> None:
    log: list[str] = []

    @contextmanager
    def logged() -> Iterator[None]:
        log.append("open")
        yield
        log.append("close")

    life = Life(logged)
    for step in (life.close, life.open, life.open, life.close, life.close, life.open, life.close):
        at_once(step())
    assert log == ["open", "close", "open", "close"]


def test_a_coroutine_that_waits_needs_an_event_loop() -> None:
    with pytest.raises(RuntimeError, match="a coroutine that waits needs an event loop"):
        at_once(asyncio.sleep(0))


def test_a_partial_function_is_an_endpoint_too() -> None:
    bound = functools.partial(tell, resources=["bound"])
    with pytest.raises(InvalidInput):
        answer(ECHO, b"{}")
    assert bound(EchoRequest(message="a")).message == "a ['bound']"
