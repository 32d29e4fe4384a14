"""Who called: the same answer in a route and in the log, whichever way the request came in."""

import json
import logging
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi import Depends, WebSocket
from starlette.testclient import TestClient

from lambda_app.aws_lambda.http_handler import LambdaHandler
from lambda_app.rest.application import Application
from lambda_app.rest.caller import Caller, caller
from tests.echo import ECHO
from tests.events import HTTP, get

CallerOrNone = Annotated[Caller | None, Depends(caller)]
KEY = "abc.DEF-123"
IAM_ARN = "arn:aws:iam::123456789012:user/somebody"
CLAIMS = {"sub": "u-1", "client_id": "c-1", "scope": "read", "email": "somebody@example.com"}


def application() -> Application:
    app = Application({"process": ECHO})

    @app.get("/caller")
    async def who(caller: CallerOrNone) -> Any:
        return caller and caller._asdict()

    @app.websocket("/caller")
    async def socket(websocket: WebSocket, caller: CallerOrNone) -> None:
        await websocket.accept()
        await websocket.send_text(repr(caller))
        await websocket.close()

    return app


@pytest.fixture(scope="module")
def on_aws() -> Iterator[LambdaHandler]:
    handler = LambdaHandler(application())
    yield handler
    handler.close()


def asked(handler: LambdaHandler, name: str, **context: object) -> Any:
    """Return who called by an event whose request context has these members."""
    request = get(name, "/caller")
    request["requestContext"] = {**request["requestContext"], **context}
    answer: Any = handler(request, None)
    return json.loads(answer["body"])


def called(name: str, kind: str, **claims: object) -> dict[str, object]:
    return {"name": name, "kind": kind, "claims": claims}


IAM = {"accessKey": "ASIA", "accountId": "123456789012", "callerId": "AIDA", "userArn": IAM_ARN, "userId": "AIDA"}
IDENTITY = {"apiKey": "a-client's-secret", "apiKeyId": "k-1", "sourceIp": "192.0.2.1", "userArn": IAM_ARN, "user": None}
RETURNED = {"tenant": "t-1", "sub": "u-2"}


@pytest.mark.parametrize(
    ("name", "context", "expected"),
    [
        ("http_api", {"authorizer": {"jwt": {"claims": CLAIMS, "scopes": None}}}, called("u-1", "jwt", **CLAIMS)),
        ("http_api", {"authorizer": {"iam": IAM}}, called(IAM_ARN, "iam", **IAM)),
        ("http_api", {"authorizer": {"lambda": RETURNED}}, called("u-2", "custom", **RETURNED)),
        ("http_api", {"authorizer": {"lambda": {"tenant": "t-1"}}}, None),
        ("function_url", {"authorizer": {"iam": IAM}}, called(IAM_ARN, "iam", **IAM)),
        ("http_api_payload_1", {"authorizer": {"claims": CLAIMS, "scopes": None}}, called("u-1", "jwt", **CLAIMS)),
        ("rest_api", {"authorizer": {"claims": CLAIMS}}, called("u-1", "jwt", **CLAIMS)),
        ("rest_api", {"authorizer": {"claims": {"client_id": "c-1"}}}, called("c-1", "jwt", client_id="c-1")),
        (
            "rest_api",
            {"authorizer": {"principalId": "u-3", "integrationLatency": 7, "tenant": "t-1"}},
            called("u-3", "custom", tenant="t-1"),
        ),
        (
            "rest_api",
            {"identity": IDENTITY},
            called(IAM_ARN, "iam", apiKeyId="k-1", sourceIp="192.0.2.1", userArn=IAM_ARN),
        ),
        ("rest_api", {"authorizer": {"claims": CLAIMS}, "identity": {"userArn": None}}, called("u-1", "jwt", **CLAIMS)),
    ],
)
def test_whom_aws_has_authenticated_is_the_caller(
    on_aws: LambdaHandler, name: str, context: dict[str, object], expected: object
) -> None:
    assert asked(on_aws, name, **context) == expected


@pytest.mark.parametrize("name", HTTP)
def test_nobody_is_known_where_nobody_has_to_say_so(on_aws: LambdaHandler, name: str) -> None:
    assert asked(on_aws, name, authorizer=None) is None


@pytest.mark.parametrize("value", [None, 1, [], {}, {"claims": 1}, {"claims": {"sub": 1}}, {"jwt": {"claims": []}}])
@pytest.mark.parametrize("name", HTTP)
def test_a_malformed_context_is_of_nobody(on_aws: LambdaHandler, name: str, value: object) -> None:
    assert asked(on_aws, name, authorizer=value, identity={"userArn": value, "sourceIp": "192.0.2.1"}) is None


def test_the_holder_of_a_key_is_the_caller_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEYS", f"first,billing:{KEY}")
    with TestClient(application()) as client:
        for key, name in ((KEY, "billing"), ("first", "key-1")):
            headers = {"authorization": f"Bearer {key}"}
            assert client.get("/caller", headers=headers).json() == called(name, "key")
            with client.websocket_connect("/caller", headers=headers) as socket:
                assert socket.receive_text() == f"Caller(name={name!r}, kind='key')"


def test_where_keys_are_needed_in_lambda_the_key_says_who_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEYS", f"billing:{KEY}")
    handler = LambdaHandler(application())
    request = get("http_api", "/caller")
    request["headers"] |= {"authorization": f"Bearer {KEY}"}
    request["requestContext"]["authorizer"] = {"iam": IAM}
    answer: Any = handler(request, None)
    assert json.loads(answer["body"]) == called("billing", "key")
    handler.close()


def test_without_keys_nobody_is_known_on_a_server() -> None:
    with TestClient(application()) as client:
        assert client.get("/caller", headers={"authorization": f"Bearer {KEY}"}).json() is None


def test_the_log_has_the_name_and_neither_the_key_nor_a_claim(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("API_KEYS", f"billing:{KEY}")
    caplog.set_level(logging.DEBUG)
    with TestClient(application()) as client:
        client.get("/caller", headers={"authorization": f"Bearer {KEY}"})
        client.get("/caller", headers={"authorization": "Bearer wrong-key"})
    lines = [record for record in caplog.records if record.name == "lambda_app.rest.request_log"]
    assert [getattr(record, "caller", None) for record in lines] == ["billing", None]
    assert not [
        record for record in caplog.records if KEY in str(record.__dict__) or "wrong-key" in str(record.__dict__)
    ]


def test_claims_are_in_no_log(on_aws: LambdaHandler, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    asked(on_aws, "http_api", authorizer={"jwt": {"claims": CLAIMS}})
    (line,) = [record for record in caplog.records if record.name == "lambda_app.rest.request_log"]
    assert (getattr(line, "caller", None), "example.com" in str(line.__dict__)) == ("u-1", False)
    assert f"{Caller('u-1', 'jwt', CLAIMS)}" == "Caller(name='u-1', kind='jwt')"
