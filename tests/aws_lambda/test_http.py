"""The Lambda door's HTTP: stages, malformed events, loops and start-up."""

import asyncio
import json
import logging
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from hypothesis import given
from hypothesis import strategies as st
from processes import environment

from lambda_app.aws_lambda.http_handler import LambdaHandler
from lambda_app.aws_lambda.kinds import UnsupportedEvent
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.problem import InvalidInput, ProcessingFailed
from lambda_app.rest.application import Application
from tests.aws_lambda.values import EVENT_VALUES
from tests.echo import ECHO, EchoRequest, EchoResponse, Unwelcome
from tests.events import HTTP, Event, event, failures, get, http_event, sqs

BODY = '{"message": "a"}'
INTERNAL = {"type": "about:blank", "title": "Internal Server Error", "status": 500}


def body_of(answer: Any) -> Any:
    return json.loads(answer["body"])


@contextmanager
def opened(app: Application) -> Iterator[LambdaHandler]:
    """Yield the handler of an application, and close it."""
    handler = LambdaHandler(app)
    yield handler
    handler.close()


def test_a_rest_api_is_answered_whole(handler: LambdaHandler) -> None:
    assert handler(http_event("rest_api", BODY), None) == {
        "statusCode": 200,
        "headers": {
            "content-length": "15",
            "content-type": "application/json",
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
            "x-request-id": "rest-api-example",
        },
        "multiValueHeaders": {},
        "body": '{"message":"a"}',
        "isBase64Encoded": False,
    }


@pytest.mark.parametrize("name", HTTP)
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/health", 200), ("GET", "/docs", 200), ("GET", "/nowhere", 404), ("GET", "/process", 405)],
)
def test_every_source_reaches_every_route(
    name: str, method: str, path: str, status: int, handler: LambdaHandler
) -> None:
    answer: Any = handler(get(name, path, method), None)
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (status, False)


@pytest.mark.parametrize("name", HTTP)
def test_a_refusal_has_its_status_its_problem_and_its_headers(name: str, handler: LambdaHandler) -> None:
    answer: Any = handler(http_event(name, '{"message": "refuse"}'), None)
    headers = answer.get("headers") or {key: value for key, (value,) in answer["multiValueHeaders"].items()}
    assert (answer["statusCode"], answer["isBase64Encoded"], body_of(answer)) == (
        409,
        False,
        Unwelcome(detail="Not this one.", members={"seen": 1}).document,
    )
    assert (headers["content-type"], headers["retry-after"]) == ("application/problem+json", "7")


@pytest.mark.parametrize("name", HTTP)
def test_json_lines_are_answered_as_text(name: str, handler: LambdaHandler) -> None:
    request = event(name, body='{"message": "ä"}\n{}\n')
    for headers, value in (("headers", "application/jsonl"), ("multiValueHeaders", ["application/jsonl"])):
        if headers in request:
            request[headers] = {"content-type": value}
    if "http" in request["requestContext"]:
        request["requestContext"]["http"]["path"] = "/process/batch"
    else:
        request["path"] = "/process/batch"
    answer: Any = handler(request, None)
    first, second = answer["body"].splitlines()
    assert (answer["statusCode"], answer["isBase64Encoded"], first) == (200, False, '{"message":"ä"}')
    assert json.loads(second)["status"] == 422


def staged(name: str, stage: str, route: str, **changes: object) -> Event:
    """Return a request for a path of an API with a stage, as its kind of API writes it."""
    whole = f"/{stage}{route}"
    request = get(name, route if name == "rest_api" else whole)
    request["requestContext"] |= {"stage": stage, "path": whole, **changes}
    return request


@pytest.mark.parametrize("stage", ["prod", "health", "docs", "a-b_c"])
@pytest.mark.parametrize("name", ["rest_api", "http_api", "http_api_payload_1"])
def test_routes_and_docs_work_behind_a_stage(name: str, stage: str, handler: LambdaHandler) -> None:
    assert body_of(handler(staged(name, stage, "/health"), None))["status"] == "ok"
    docs: Any = handler(staged(name, stage, "/docs"), None)
    assert "&quot;openapi&quot;: &quot;openapi.json&quot;" in docs["body"]
    assert body_of(handler(staged(name, stage, "/openapi.json"), None))["servers"] == [{"url": f"/{stage}"}]


@pytest.mark.parametrize("name", HTTP)
def test_an_application_that_has_started_is_ready(name: str, handler: LambdaHandler) -> None:
    answer: Any = handler(get(name, "/ready"), None)
    assert (answer["statusCode"], json.loads(answer["body"])["status"]) == (200, "ok")


@pytest.mark.parametrize("path", ["/production/health", "/prodhealth", "/prod", "/pro/health"])
def test_another_path_is_not_mistaken_for_the_stage(path: str, handler: LambdaHandler) -> None:
    request = get("http_api", path)
    request["requestContext"]["stage"] = "prod"
    answer: Any = handler(request, None)
    assert answer["statusCode"] == 404


def test_a_custom_domain_of_a_rest_api_has_no_stage_in_its_path(handler: LambdaHandler) -> None:
    answer: Any = handler(staged("rest_api", "health", "/health", path="/health"), None)
    assert answer["statusCode"] == 200


@pytest.mark.parametrize("name", HTTP)
@pytest.mark.parametrize(
    "headers",
    [
        None,
        [],
        {"host": "[2001:db8::1]:8080", "content-type": "application/json"},
        {"Host": "::1"},
        {"host": "a:b:c"},
        {"x-forwarded-port": "443, 80"},
        {"X-Forwarded-Port": None, "x-request-id": 1},
    ],
)
def test_headers_that_real_proxies_send_are_served(name: str, headers: Any, handler: LambdaHandler) -> None:
    request = http_event(name, BODY)
    if "headers" in request:
        request["headers"] = headers
    if "multiValueHeaders" in request:
        lists = {key: [value] for key, value in headers.items()} if isinstance(headers, dict) else headers
        request["multiValueHeaders"] = lists
    answer: Any = handler(request, None)
    assert (answer["statusCode"], body_of(answer)) == (200, {"message": "a"})


@pytest.mark.parametrize("name", HTTP)
def test_a_body_that_is_an_object_is_read_as_one(name: str, handler: LambdaHandler) -> None:
    assert body_of(handler(event(name, body={"message": "a"}), None)) == {"message": "a"}
    assert body_of(handler(event(name, body=[]), None))["status"] == 422


UNREADABLE = {
    "type": "about:blank",
    "title": "Bad Request",
    "status": 400,
    "detail": "The event is not a readable HTTP request.",
}


@pytest.mark.parametrize("name", HTTP)
@pytest.mark.parametrize(
    "changes",
    [
        {"body": "not base64", "isBase64Encoded": True},
        {"body": "\ud800"},
        {"body": "é", "isBase64Encoded": True},
        {"body": "eyJtZXNzYWdlIjogImEifQ==\n", "isBase64Encoded": True},
        {"body": "eyJtZXNzYWdl-IjogImEifQ==", "isBase64Encoded": True},
        {"headers": {"x": "\ud800"}, "multiValueHeaders": {"x": ["\ud800"]}},
    ],
)
def test_what_cannot_be_made_a_request_is_400(name: str, changes: dict[str, object], handler: LambdaHandler) -> None:
    request = event(name)
    answer: Any = handler({**request, **{key: value for key, value in changes.items() if key in request}}, None)
    assert answer["statusCode"] == 400
    assert body_of(answer) == UNREADABLE
    assert answer["isBase64Encoded"] is False
    headers = answer.get("headers") or answer["multiValueHeaders"]
    assert set(headers) == {"content-type", "x-content-type-options", "cache-control", "x-request-id"}


@pytest.mark.parametrize(
    "context", [{}, {"http": None}, {"http": {}}, {"http": {"method": None, "path": None}}, {"elb": None}, None, []]
)
def test_a_malformed_context_ends_in_400_or_a_named_error(context: object, handler: LambdaHandler) -> None:
    for name in HTTP:
        try:
            answer: Any = handler(event(name, requestContext=context), None)
        except UnsupportedEvent:
            continue
        assert answer["statusCode"] in {200, 400}


def test_a_path_that_is_no_text_is_404_and_logged(handler: LambdaHandler, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    answer: Any = handler(get("http_api", "/\ud800\n"), None)
    assert answer["statusCode"] == 404
    assert caplog.messages[-1].startswith("GET /%3F%0A 404 ")


def test_a_method_that_is_none_is_405_and_writes_no_line_of_its_own_into_the_log(
    handler: LambdaHandler, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    answer: Any = handler(get("http_api", "/process", "GET\r\n[ERROR] forged"), None)
    assert answer["statusCode"] == 405
    assert caplog.messages[-1].startswith(r"GET\r\n[ERROR] forged /process 405 ")


@pytest.mark.parametrize("name", HTTP)
def test_an_event_that_cannot_be_made_a_request_is_one_line_of_the_log(
    name: str, handler: LambdaHandler, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"x-\n[ERROR] forged": "\ud800"}
    lists = {name: [value] for name, value in headers.items()}
    request = event(name)
    changes = {"headers": headers, "multiValueHeaders": lists, "body": "\ud800\r\n\x9b31m"}
    handler({**request, **{key: value for key, value in changes.items() if key in request}}, None)
    (record,) = caplog.records
    assert (record.levelname, record.exc_info) == ("WARNING", None)
    assert record.getMessage() == (
        "the event cannot be made an HTTP request: UnicodeEncodeError: "
        r"'utf-8' codec can't encode character '\ud800' in position 0: surrogates not allowed"
    )


def test_a_request_authorizer_is_not_served_as_the_request_it_is_asked_about(handler: LambdaHandler) -> None:
    for key in ("methodArn", "routeArn"):
        for name in ("rest_api", "http_api"):
            with pytest.raises(UnsupportedEvent, match="authorizer"):
                handler(event(name, type="REQUEST", **{key: "arn"}), None)


@pytest.mark.parametrize(
    ("bare", "status"),
    [
        ({"body": BODY}, 200),
        ({"body": "eyJtZXNzYWdlIjogImEifQ==", "isBase64Encoded": True}, 200),
        ({"body": {"message": "a"}}, 200),
        ({"body": None}, 400),
        ({"body": ""}, 400),
        ({"body": "{}"}, 422),
        ({"body": "not base64", "isBase64Encoded": True}, 400),
        ({"body": "raise", "isBase64Encoded": "yes"}, 400),
        ({"body": '{"message": "raise"}'}, 500),
        ({"body": '{"message": "refuse"}'}, 409),
    ],
)
def test_a_bare_body_is_posted(bare: Event, status: int, handler: LambdaHandler) -> None:
    answer: Any = handler(bare, None)
    assert answer["statusCode"] == status
    assert set(answer) == {"statusCode", "headers", "body", "isBase64Encoded"}


def test_direct_invocations_and_queues_are_served_beside_http(handler: LambdaHandler) -> None:
    assert handler({"message": "a"}, None) == {"message": "a"}
    assert handler(sqs(BODY, "{}"), None) == failures(1)


def other(request: EchoRequest) -> EchoResponse:
    return EchoResponse(message=f"other {request.message}")


def test_the_environment_names_the_endpoint_of_what_is_not_http_and_of_a_bare_body(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ENDPOINT", "the other")
    with opened(Application({"process": ECHO, "the other": Endpoint(other)})) as handler:
        assert handler({"message": "a"}, None) == {"message": "other a"}
        assert body_of(handler({"body": BODY}, None)) == {"message": "other a"}
        assert body_of(handler(http_event("http_api", BODY), None)) == {"message": "a"}


def test_a_loop_that_somebody_else_ran_in_the_process_does_not_matter(handler: LambdaHandler) -> None:
    asyncio.run(asyncio.sleep(0))
    assert body_of(handler(http_event("http_api", BODY), None)) == {"message": "a"}


def runs_a_loop() -> None:
    asyncio.run(asyncio.sleep(0))


def unsets_the_loop() -> None:
    asyncio.set_event_loop(None)


def closes_the_loop() -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    asyncio.get_event_loop().close()


def application(function: Callable[..., Any], *, is_wrapped: bool) -> Application:
    """Return an application, with a middleware in which Starlette runs the route in a task of its own."""
    app = Application({"process": Endpoint(function)})
    if is_wrapped:

        @app.middleware("http")
        async def middleware(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
            return await call_next(request)

    return app


@pytest.mark.parametrize("is_wrapped", [False, True])
@pytest.mark.parametrize("function", [runs_a_loop, unsets_the_loop, closes_the_loop])
def test_a_function_may_do_with_event_loops_what_it_likes(function: Callable[[], None], *, is_wrapped: bool) -> None:
    def call(request: EchoRequest) -> EchoResponse:
        function()
        return EchoResponse(message=request.message)

    with opened(application(call, is_wrapped=is_wrapped)) as handler:
        for _ in range(2):
            assert body_of(handler(http_event("http_api", BODY), None)) == {"message": "a"}
            assert body_of(handler({"body": BODY}, None)) == {"message": "a"}
            assert handler({"message": "a"}, None) == {"message": "a"}
            assert handler(sqs(BODY), None) == failures()


def test_a_function_that_stops_the_loop_is_answered() -> None:
    async def stop(request: EchoRequest) -> EchoResponse:
        asyncio.get_running_loop().stop()
        await asyncio.sleep(0)
        return EchoResponse(message=request.message)

    with opened(Application({"process": Endpoint(stop)})) as handler:
        assert body_of(handler(http_event("http_api", BODY), None)) == {"message": "a"}
        assert handler({"message": "a"}, None) == {"message": "a"}


def test_a_function_cannot_close_the_loop_that_serves_the_next_event() -> None:
    @asynccontextmanager
    async def resources() -> AsyncIterator[asyncio.AbstractEventLoop]:
        yield asyncio.get_running_loop()

    def close(request: EchoRequest, loop: Any) -> EchoResponse:
        if request.message == "close":
            loop.close()
        return EchoResponse(message=request.message)

    with opened(Application({"process": Endpoint(close)}, resources)) as handler:
        answer: Any = handler(http_event("http_api", '{"message": "close"}'), None)
        assert (answer["statusCode"], body_of(answer)) == (500, INTERNAL)
        with pytest.raises(ProcessingFailed):
            handler({"message": "close"}, None)
        assert body_of(handler(http_event("http_api", BODY), None)) == {"message": "a"}
        assert handler({"message": "a"}, None) == {"message": "a"}


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, asyncio.CancelledError, GeneratorExit, StopIteration])
@pytest.mark.parametrize("is_wrapped", [False, True])
def test_nothing_that_a_function_raises_ends_the_runtime(error: type[BaseException], *, is_wrapped: bool) -> None:
    def fail(request: EchoRequest) -> EchoResponse:
        if request.message == "raise":
            raise error
        return EchoResponse(message=request.message)

    async def fail_late(request: EchoRequest) -> EchoResponse:
        await asyncio.sleep(0)
        return fail(request)

    for function in (fail, fail_late):
        with opened(application(function, is_wrapped=is_wrapped)) as handler:
            answer: Any = handler(http_event("http_api", '{"message": "raise"}'), None)
            assert (answer["statusCode"], body_of(answer)) == (500, INTERNAL)
            with pytest.raises(ProcessingFailed):
                handler({"message": "raise"}, None)
            assert body_of(handler(http_event("http_api", BODY), None)) == {"message": "a"}


@pytest.mark.parametrize("name", HTTP)
@pytest.mark.parametrize("error", [ValueError, SystemExit, KeyboardInterrupt])
def test_an_answer_that_breaks_off_is_a_problem(name: str, error: type[BaseException]) -> None:
    app = Application({"process": ECHO})

    @app.get("/breaks")
    async def breaks() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"the first part"
            raise error("secret")

        return StreamingResponse(parts())

    with opened(app) as handler:
        answer: Any = handler(get(name, "/breaks"), None)
        assert (answer["statusCode"], body_of(answer), answer["isBase64Encoded"]) == (500, INTERNAL, False)
        assert body_of(handler(http_event(name, BODY), None)) == {"message": "a"}


def test_headers_are_latin_1() -> None:
    app = Application({"process": ECHO})

    @app.get("/name")
    async def name() -> Response:
        return Response(headers={"x-name": "Zoë"})

    with opened(app) as handler:
        answer: Any = handler(get("http_api", "/name"), None)
    assert answer["headers"]["x-name"] == "Zoë"


def test_a_call_from_another_thread_is_answered(handler: LambdaHandler) -> None:
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(handler(http_event("http_api", BODY), None)))
    thread.start()
    thread.join()
    assert body_of(answers[0]) == {"message": "a"}


def test_the_function_runs_in_the_thread_of_the_invocation(handler: LambdaHandler) -> None:
    before = threading.active_count()
    handler(http_event("http_api", BODY), None)
    assert threading.active_count() == before


def test_the_application_starts_up_once_and_its_state_reaches_every_request() -> None:
    calls: list[str] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, object]]:
        calls.append("start")
        yield {"loop": asyncio.get_running_loop()}
        calls.append("stop")

    seen: list[object] = []
    app = Application({"process": ECHO}, lifespan=lifespan)

    @app.post("/own")
    async def own(request: Request) -> None:
        seen.append(request.state.loop is asyncio.get_running_loop())

    with opened(app) as handler:
        for _ in range(3):
            handler(get("http_api", "/own", "POST"), None)
        assert (calls, seen) == (["start"], [True, True, True])
    assert calls == ["start", "stop"]


def test_every_kind_of_event_shares_the_resources_and_the_event_loop() -> None:
    loops: list[object] = []

    @asynccontextmanager
    async def resources() -> AsyncIterator[str]:
        loops.append(asyncio.get_running_loop())
        yield "resource"
        loops.append(asyncio.get_running_loop())

    async def use(request: EchoRequest, resource: str) -> EchoResponse:
        loops.append(asyncio.get_running_loop())
        return EchoResponse(message=f"{request.message} {resource}")

    with opened(Application({"process": Endpoint(use)}, resources)) as handler:
        assert body_of(handler(http_event("http_api", BODY), None)) == {"message": "a resource"}
        assert handler({"message": "a"}, None) == {"message": "a resource"}
        assert handler(sqs(BODY), None) == failures()
    assert loops == [loops[0]] * 5


@pytest.mark.measured
def test_an_application_that_cannot_start_fails_at_import() -> None:
    code = """if True:
        from lambda_app.aws_lambda.http_handler import LambdaHandler
        from lambda_app.endpoints import ENDPOINTS
        from lambda_app.rest.application import Application

        async def lifespan(app):
            raise RuntimeError("no database")
            yield

        LambdaHandler(Application(ENDPOINTS, lifespan=lifespan))
    """
    command = [sys.executable, "-W", "error", "-X", "dev", "-c", code]
    ended = subprocess.run(command, env=environment(), capture_output=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.endswith(b"\nRuntimeError: no database\n")
    assert ended.stderr.count(b"Traceback") == 1


@pytest.mark.unmeasured
@given(EVENT_VALUES)
def test_every_json_value_ends_in_an_answer_or_a_named_error(handler: LambdaHandler, value: object) -> None:
    with suppress(InvalidInput, ProcessingFailed, UnsupportedEvent):
        handler(value, None)


_members = st.sampled_from(
    [
        *("body", "headers", "path", "httpMethod", "version", "requestContext", "multiValueHeaders", "rawQueryString"),
        *("queryStringParameters", "cookies", "isBase64Encoded", "resource"),
    ]
)


@pytest.mark.unmeasured
@given(st.sampled_from(HTTP), st.dictionaries(_members, EVENT_VALUES, max_size=4))
def test_every_malformed_http_event_ends_in_an_answer_or_a_named_error(
    handler: LambdaHandler, name: str, changes: Event
) -> None:
    try:
        answer: Any = handler(event(name, **changes), None)
    except (InvalidInput, ProcessingFailed, UnsupportedEvent):
        return
    assert "batchItemFailures" in answer or "message" in answer or answer["statusCode"] != 500
