"""What a function returns is small enough for AWS, or an error by name."""

import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request, Response
from fastapi.responses import FileResponse
from processes import LambdaRuntime

from lambda_app.aws_lambda.event_handler import EventHandler
from lambda_app.aws_lambda.http_handler import LambdaHandler
from lambda_app.aws_lambda.kinds import UnsupportedEvent
from lambda_app.aws_lambda.payload import LAMBDA_LIMIT, ResponseTooLarge, size_of
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.life import Life
from lambda_app.contract.problem import Problem
from lambda_app.rest.application import Application
from tests.aws_lambda import large
from tests.events import Event, event, failures, get, http_event, sns, sqs

TOO_LARGE = "The response is larger than 6,291,556 bytes, the most that AWS Lambda takes."
TOO_LARGE_FOR_A_LOAD_BALANCER = "The response is larger than 1,000,000 bytes, the most that a load balancer takes."
events = EventHandler({"repeat": Endpoint(large.repeat)}, Life())


@pytest.fixture(scope="module")
def handler() -> Iterator[LambdaHandler]:
    """Return the handler, and close it."""
    yield large.handler
    large.handler.close()


def batch(name: str, body: str) -> Event:
    """Return a batch of JSON Lines as a source sends it."""
    request = event(name, body=body)
    if "http" in request["requestContext"]:
        request["rawPath"] = request["requestContext"]["http"]["path"] = "/repeat/batch"
    else:
        request["path"] = "/repeat/batch"
    for headers, value in (("headers", "application/jsonl"), ("multiValueHeaders", ["application/jsonl"])):
        if headers in request:
            request[headers] = {"content-type": value}
    return request


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("http_api", TOO_LARGE),
        ("rest_api", TOO_LARGE),
        ("alb", TOO_LARGE_FOR_A_LOAD_BALANCER),
        ("alb_multi_value", TOO_LARGE_FOR_A_LOAD_BALANCER),
    ],
)
def test_a_batch_that_answers_too_much_is_413_and_tells_how_many_lines_fit(
    name: str, error: str, handler: LambdaHandler
) -> None:
    line = '{"times": 10000}\n'
    answer: Any = handler(batch(name, line * 1_000), None)
    before, _, after = json.loads(answer["body"])["detail"].partition(" The answers to the first ")
    fitting = int(after.removesuffix(" lines fit.").replace(",", ""))
    assert (answer["statusCode"], before) == (413, error)
    fits: Any = handler(batch(name, line * fitting), None)
    assert (fits["statusCode"], fits["body"].count("\n")) == (200, fitting)
    fits_not: Any = handler(batch(name, line * (fitting + 1)), None)
    assert fits_not["statusCode"] == 413


def test_the_work_of_a_batch_stops_where_its_answer_is_too_large() -> None:
    calls: list[None] = []

    def count(request: large.Times) -> large.Repeated:
        calls.append(None)
        return large.repeat(request)

    app = Application({"repeat": Endpoint(count)})
    handler = LambdaHandler(app)
    answer: Any = handler(batch("http_api", '{"times": 60000}\n' * 10_000), None)
    handler.close()
    assert answer["statusCode"] == 413
    assert 100 <= len(calls) < 400


@pytest.mark.parametrize("path", ["/whole/20000000", "/endless", "/endless-lines"])
def test_a_route_that_answers_too_much_is_500_and_one_line_of_the_log(
    path: str, handler: LambdaHandler, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    answer: Any = handler(get("http_api", path), None)
    assert (answer["statusCode"], json.loads(answer["body"])["detail"]) == (500, TOO_LARGE)
    assert (answer["headers"]["content-type"], answer["isBase64Encoded"]) == ("application/problem+json", False)
    failed, logged = caplog.records
    assert (failed.getMessage(), failed.exc_info) == (f"the response cannot be sent: {TOO_LARGE}", None)
    assert logged.getMessage().startswith(f"GET {path.replace('20000000', '{size}')} 200 ")


def test_a_file_that_is_too_large_is_500_under_middleware_too(tmp_path: Path) -> None:
    app = Application({})

    @app.middleware("http")
    async def wrap(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        return await call_next(request)

    (tmp_path / "file").write_bytes(b"a" * 20_000_000)
    app.add_api_route("/file", lambda: FileResponse(tmp_path / "file"), response_model=None)
    app.endpoints = {"repeat": Endpoint(large.repeat)}
    handler = LambdaHandler(app)
    for _ in range(2):
        answer: Any = handler(get("http_api", "/file"), None)
        assert (answer["statusCode"], json.loads(answer["body"])["detail"]) == (500, TOO_LARGE)
    handler.close()


def test_what_just_fits_is_answered(handler: LambdaHandler) -> None:
    answer: Any = handler(get("http_api", "/whole/4718400"), None)
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, True)
    assert LAMBDA_LIMIT - 1_000 < size_of(answer) <= LAMBDA_LIMIT


@pytest.mark.parametrize("text", ["a", "ä"])
def test_a_direct_answer_is_given_to_the_last_byte_that_lambda_takes(text: str) -> None:
    beside = size_of({"text": ""})
    most = (LAMBDA_LIMIT - beside) // (size_of(text) - 2)
    answer = events({"text": text, "times": most}, None)
    assert LAMBDA_LIMIT - 6 < size_of(answer) <= LAMBDA_LIMIT
    with pytest.raises(ResponseTooLarge, match=TOO_LARGE):
        events({"text": text, "times": most + 1}, None)


@pytest.mark.parametrize(
    "notification",
    [
        {"times": LAMBDA_LIMIT},
        {"times": LAMBDA_LIMIT, "refused": True},
        event("eventbridge", detail={"times": LAMBDA_LIMIT}),
        sns(json.dumps({"times": LAMBDA_LIMIT})),
        sns(*[json.dumps({"times": LAMBDA_LIMIT // 2})] * 3),
    ],
)
def test_whatever_would_be_too_large_raises_an_error_by_name(notification: Event) -> None:
    with pytest.raises(ResponseTooLarge, match=TOO_LARGE) as caught:
        events(notification, None)
    assert caught.value.__cause__ is None


def test_a_refusal_of_an_ordinary_size_is_raised_as_it_is() -> None:
    with pytest.raises(Problem) as caught:
        events({"times": 100_000, "refused": True}, None)
    assert caught.value.detail == "a" * 100_000


def test_several_notifications_that_fit_are_answered_together() -> None:
    assert events(sns("{}", "{}"), None) == [{"text": "a"}, {"text": "a"}]


def test_identifiers_that_are_too_large_raise_an_error_by_name() -> None:
    records = sqs("", "")
    records["Records"][1]["messageId"] = "ä" * (LAMBDA_LIMIT // 6)
    with pytest.raises(ResponseTooLarge):
        events(records, None)
    assert events(sqs(""), None) == failures(0)


def test_an_identifier_that_cannot_be_reported_is_refused_by_name() -> None:
    records = sqs("")
    records["Records"][0]["messageId"] = "\ud800"
    with pytest.raises(UnsupportedEvent, match="malformed Records of aws:sqs"):
        events(records, None)


def test_the_runtime_outlives_every_answer_that_is_too_large() -> None:
    with LambdaRuntime("tests.aws_lambda.large.handler") as runtime:
        kind, error = runtime.invoke({"times": LAMBDA_LIMIT})
        assert (kind, error["errorType"], error["errorMessage"]) == ("error", "ResponseTooLarge", TOO_LARGE)
        kind, error = runtime.invoke({"times": LAMBDA_LIMIT, "refused": True})
        assert (kind, error["errorType"]) == ("error", "ResponseTooLarge")
        assert runtime.invoke(get("alb", "/endless")).document["statusCode"] == 500
        assert runtime.invoke(batch("http_api", '{"times": 60000}\n' * 200)).document["statusCode"] == 413
        assert runtime.invoke(get("http_api", "/whole/4718400")).document["statusCode"] == 200
        assert runtime.invoke(http_event("http_api", "{}")).document["statusCode"] == 404
