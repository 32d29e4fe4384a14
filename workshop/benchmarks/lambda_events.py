"""The events that the peers get: one request, in the shape for which each peer's documentation deploys it."""

import json
from typing import Any

BODY = '{"message": "hello"}'
ANSWER = {"message": "The received message is: 'hello'"}
HEADERS = {
    "accept": "*/*",
    "content-length": str(len(BODY)),
    "content-type": "application/json",
    "host": "abcdefghij.execute-api.eu-central-1.amazonaws.com",
    "user-agent": "curl/8.14.1",
    "x-amzn-trace-id": "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e",
    "x-forwarded-for": "205.255.255.176",
    "x-forwarded-port": "443",
    "x-forwarded-proto": "https",
}
HTTP_API = {
    "version": "2.0",
    "routeKey": "$default",
    "rawPath": "/process",
    "rawQueryString": "",
    "headers": HEADERS,
    "requestContext": {
        "accountId": "123456789012",
        "apiId": "abcdefghij",
        "domainName": HEADERS["host"],
        "domainPrefix": "abcdefghij",
        "http": {
            "method": "POST",
            "path": "/process",
            "protocol": "HTTP/1.1",
            "sourceIp": "205.255.255.176",
            "userAgent": HEADERS["user-agent"],
        },
        "requestId": "JKJaXmPLvHcESHA=",
        "routeKey": "$default",
        "stage": "$default",
        "time": "10/Mar/2026:05:16:23 +0000",
        "timeEpoch": 1773119783390,
    },
    "body": BODY,
    "isBase64Encoded": False,
}
# Chalice knows no other.
REST_API = {
    "resource": "/process",
    "path": "/process",
    "httpMethod": "POST",
    "headers": HEADERS,
    "multiValueHeaders": {name: [value] for name, value in HEADERS.items()},
    "queryStringParameters": None,
    "multiValueQueryStringParameters": None,
    "pathParameters": None,
    "stageVariables": None,
    "requestContext": {
        "accountId": "123456789012",
        "apiId": "abcdefghij",
        "httpMethod": "POST",
        "identity": {"sourceIp": "205.255.255.176", "userAgent": HEADERS["user-agent"]},
        "path": "/api/process",
        "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
        "resourceId": "123456",
        "resourcePath": "/process",
        "stage": "api",
    },
    "body": BODY,
    "isBase64Encoded": False,
}
DIRECT = {"message": "hello"}


def is_answered(answer: Any) -> bool:  # noqa: ANN401 (JSON)
    """Tell whether an answer is the right one: the document itself, or an HTTP response with it."""
    if isinstance(answer, dict) and answer.get("statusCode") == 200:  # noqa: PLR2004 (the status of an answer)
        answer = json.loads(answer["body"])
    return bool(answer == ANSWER)
