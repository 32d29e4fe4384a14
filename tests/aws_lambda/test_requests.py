"""Mangum's handlers of HTTP events, which make a scope once."""

import pytest
from mangum.handlers import ALB, HTTPGateway
from mangum.types import LambdaConfig

from lambda_app.aws_lambda.requests import HttpApi, LoadBalancer
from tests.events import event

CONFIG = LambdaConfig(api_gateway_base_path="/", text_mime_types=["application/json"], exclude_headers=[])
RESPONSE = {"status": 200, "headers": [[b"content-type", b"application/json"]], "body": b"{}"}


@pytest.mark.parametrize(
    ("kind", "original", "name"),
    [
        (HttpApi, HTTPGateway, "http_api"),
        (HttpApi, HTTPGateway, "http_api_payload_1"),
        (HttpApi, HTTPGateway, "function_url"),
        (LoadBalancer, ALB, "alb"),
        (LoadBalancer, ALB, "alb_multi_value"),
    ],
)
def test_the_scope_is_mangums_own_and_is_made_once(kind: type, original: type, name: str) -> None:
    request, mangums = kind(event(name), None, CONFIG), original(event(name), None, CONFIG)
    assert request.scope == mangums.scope
    assert request.scope is request.scope
    assert request(RESPONSE) == mangums(RESPONSE)
