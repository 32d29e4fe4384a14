"""The log of every door but the terminal: one shape, and nothing in it that somebody has sent."""

import json
import logging
import re
from typing import Annotated, Any, Literal

import pytest
from fastapi import Header
from processes import LambdaRuntime
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.testclient import TestClient

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.problem import Problem
from lambda_app.rest.application import Application
from tests.contract.logs import bare_logging
from tests.echo import ECHO
from tests.events import event, get, http_event, kinesis, sqs

CANARY = "c4n4ry"
OWN = "lambda_app."


class Line(BaseModel):
    """A line of the log, of the server and of Lambda alike (docs/operate.md)."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)

    timestamp: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$")]
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
    logger: str
    message: str
    door: Literal["rest", "lambda"]
    request_id: str | None = None
    x_request_id: str | None = None
    caller: str | None = None
    endpoint: str | None = None
    record_id: str | None = None
    route: str | None = None
    status: Annotated[int, Field(ge=100, le=599)] | None = None
    duration: Annotated[float, Field(ge=0)] | None = None
    error_code: str | None = None
    error_type: str | None = None
    error_message: str | None = None
    stack_trace: list[str] | None = None
    location: str | None = None
    task_name: str | None = None  # of asyncio, by the runtime client, since Python 3.12


def lines_of(log: str) -> list[Line]:
    """Return the template's own lines in a log. Each line of it has to be a JSON object."""
    documents = [json.loads(line) for line in log.splitlines()]
    return [Line.model_validate(each) for each in documents if each.get("logger", "").startswith(OWN)]


class Record(Document):
    id: int
    name: str


def read(record: Record) -> Record:
    raise Problem(404, "There is no such record.")


def application() -> Application:
    """Return an application with what a request may bring."""
    app = Application({"process": ECHO, "read": Endpoint(read)})

    @app.get("/records/{record}")
    async def find(record: str, name: str, x_key: Annotated[int, Header()]) -> str:
        return f"{record} {name} {x_key}"

    @app.get("/raise/{record}")
    async def fail(record: str) -> None:
        raise RuntimeError

    return app


HEADERS = {"authorization": f"Bearer {CANARY}", "x-key": CANARY, "cookie": f"key={CANARY}", "user-agent": CANARY}
BODIES = [
    json.dumps({"message": CANARY}),
    json.dumps({"message": {CANARY: CANARY}}),
    json.dumps({"message": "a", "other": CANARY}),
    f'{{"message": "{CANARY}',
    CANARY,
]


@pytest.mark.parametrize("format_", ["json", "text"])
@bare_logging()
def test_no_line_of_the_server_repeats_what_a_request_brings(
    format_: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_FORMAT", format_)
    monkeypatch.setenv("LOG_LEVEL", "debug")
    for noisy in ("httpx2", "httpcore2", "asyncio"):  # of the client, and of the loop
        monkeypatch.setattr(logging.getLogger(noisy), "disabled", True)
    with TestClient(application(), raise_server_exceptions=False, headers=HEADERS) as client:
        for body in BODIES:
            for path in ("/process", "/process/batch", "/read"):
                client.post(path, content=body, params={"key": CANARY})
        client.post("/read", json={"id": 1, "name": CANARY})
        client.get(f"/records/{CANARY}", params={"name": CANARY})
        client.get(f"/records/{CANARY}", params={"name": CANARY}, headers={"x-key": "1"})
        client.get(f"/raise/{CANARY}")
        client.get("/nowhere", params={"key": CANARY})
    log = capsys.readouterr().err
    assert CANARY not in log
    assert "GET /records/{record} 200" in log
    if format_ == "json":
        lines = lines_of(log)
        assert {line.status for line in lines if line.route} == {200, 400, 404, 422, 500}
        assert [line.error_type for line in lines if line.error_type] == ["RuntimeError"]
        assert all(line.request_id for line in lines)
        assert {line.door for line in lines} == {"rest"}


def test_no_line_of_lambda_repeats_what_an_event_brings() -> None:
    with LambdaRuntime("tests.echo_lambda.handler", {"AWS_LAMBDA_LOG_FORMAT": "JSON", "LOG_LEVEL": "debug"}) as runtime:
        for body in BODIES:
            runtime.invoke({**http_event("http_api", body), "headers": HEADERS, "rawQueryString": f"key={CANARY}"})
            runtime.invoke({**http_event("rest_api", body), "queryStringParameters": {"key": CANARY}})
            runtime.invoke(sqs(body))
            runtime.invoke(kinesis(body.encode()))
            runtime.invoke(event("eventbridge", detail={"message": [CANARY]}))
            runtime.invoke({"body": body})
        runtime.invoke({"message": [CANARY]})
        runtime.invoke({"message": CANARY})
        runtime.invoke({**get("http_api", "/health"), "headers": {"x-request-id": "the-id"}})
    log = runtime.log.decode().partition("[ERROR] ")[0]  # with which the client ends
    assert CANARY not in log
    lines = lines_of(log)
    assert {line.door for line in lines} == {"lambda"}
    # The stand-in of the Runtime API gives every invocation the same id.
    assert {line.request_id for line in lines} == {"8476a536-e9f4-11e8-9739-2dfe598c3fcd"}
    assert [line.x_request_id for line in lines][-1] == "the-id"
    messages = {re.sub(r" [\d.]+ ms$", "", line.message) for line in lines if line.status}
    assert messages >= {"POST /process 200", "POST /process 422", "direct 200", "direct 422", "records 200"}
    assert {line.endpoint for line in lines if line.message.startswith("POST ")} == {"process"}


def test_a_line_that_is_not_of_the_shape_is_found() -> None:
    line: dict[str, Any] = {"timestamp": "2026-11-24", "level": "INFO", "logger": OWN, "message": "a", "door": "rest"}
    with pytest.raises(ValueError, match="timestamp"):
        lines_of(json.dumps(line))
