"""The Lambda door's HTTP: stages, malformed events, loops and start-up."""

import asyncio
import json
import logging
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from fastapi import FastAPI, Request
from hypothesis import given
from hypothesis import strategies as st
from processes import environment

from lambda_app.aws_lambda import LambdaHandler
from lambda_app.events import UnsupportedEvent
from lambda_app.problem import InvalidInput, ProcessingFailed
from tests.echo import ECHO
from tests.events import HTTP, Event, event, get, http_event
from tests.test_events import event_values

BODY = '{"message": "a"}'


def body_of(answer: Any) -> Any:  # noqa: ANN401 (a decoded JSON value)
    return json.loads(answer["body"])


def test_a_rest_api_is_answered_whole(handler: LambdaHandler) -> None:
    assert handler(http_event("rest_api", BODY), None) == {
        "statusCode": 200,
        "headers": {"content-length": "15", "content-type": "application/json", "x-request-id": "rest-api-example"},
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
    assert f"url: '/{stage}/openapi.json'" in docs["body"]
    assert body_of(handler(staged(name, stage, "/openapi.json"), None))["servers"] == [{"url": f"/{stage}"}]


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
def test_headers_that_real_proxies_send_are_served(name: str, headers: Any, handler: LambdaHandler) -> None:  # noqa: ANN401
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
    assert set(headers) == {"content-type", "x-request-id"}


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
    ],
)
def test_a_bare_body_is_posted(bare: Event, status: int, handler: LambdaHandler) -> None:
    answer: Any = handler(bare, None)
    assert answer["statusCode"] == status
    assert set(answer) == {"statusCode", "headers", "body", "isBase64Encoded"}


def test_a_loop_that_somebody_else_ran_in_the_process_does_not_matter(handler: LambdaHandler) -> None:
    asyncio.run(asyncio.sleep(0))
    assert body_of(handler(http_event("http_api", BODY), None)) == {"message": "a"}


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
    api = FastAPI(lifespan=lifespan)

    @api.post("/process")
    async def process(request: Request) -> None:
        seen.append(request.state.loop is asyncio.get_running_loop())

    opened = LambdaHandler(api, ECHO)
    for _ in range(3):
        opened(http_event("http_api", BODY), None)
    assert (calls, seen) == (["start"], [True, True, True])
    opened.close()
    assert calls == ["start", "stop"]


def test_an_application_that_cannot_start_fails_at_import() -> None:
    code = """if True:
        from fastapi import FastAPI
        from lambda_app.aws_lambda import LambdaHandler
        from lambda_app.endpoint import ENDPOINT

        async def lifespan(app):
            raise RuntimeError("no database")
            yield

        LambdaHandler(FastAPI(lifespan=lifespan), ENDPOINT)
    """
    ended = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, check=False)
    assert ended.returncode == 1
    assert b"no database" in ended.stderr


@given(event_values)
def test_every_json_value_ends_in_an_answer_or_a_named_error(handler: LambdaHandler, value: object) -> None:
    with suppress(InvalidInput, ProcessingFailed, UnsupportedEvent):
        handler(value, None)


@given(
    st.sampled_from(HTTP),
    st.dictionaries(
        st.sampled_from(
            [
                "body",
                "headers",
                "path",
                "httpMethod",
                "version",
                "requestContext",
                "multiValueHeaders",
                "rawQueryString",
                "queryStringParameters",
                "cookies",
                "isBase64Encoded",
                "resource",
            ]
        ),
        event_values,
        max_size=4,
    ),
)
def test_every_malformed_http_event_ends_in_an_answer_or_a_named_error(
    handler: LambdaHandler, name: str, changes: Event
) -> None:
    try:
        answer: Any = handler(event(name, **changes), None)
    except (InvalidInput, ProcessingFailed, UnsupportedEvent):
        return
    assert "batchItemFailures" in answer or "message" in answer or answer["statusCode"] != 500


def test_the_shipped_handler_is_imported_without_a_warning_and_shuts_down_at_exit() -> None:
    code = "from lambda_app.aws_lambda import handler; print(handler({'body': None}, None)['statusCode'])"
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-X", "dev", "-c", code], env=environment(), capture_output=True, check=True
    )
    assert ended.stdout == b"400\n"
    assert b"Warning" not in ended.stderr
    assert b"pending" not in ended.stderr
