"""What an application receives and sends for one HTTP request."""

import asyncio
import base64
import json
from typing import Any

import pytest
from mangum.types import Response
from starlette.types import Message

from lambda_app.aws_lambda.exchange import Exchange
from lambda_app.aws_lambda.payload import LAMBDA_LIMIT, LOAD_BALANCER_LIMIT, ResponseTooLarge, size_of

START: Message = {"type": "http.response.start", "status": 200, "headers": [(b"x-n\xe4me", b"Zo\xeb")]}


def translate(response: Response) -> dict[str, Any]:
    """Return what Mangum would make of a response: text unless it is an image, and then base64."""
    headers = {name.decode(): value.decode() for name, value in response["headers"]}
    body, is_base64 = response["body"], headers.get("content-type") == "image/png"
    try:
        text = base64.b64encode(body).decode() if is_base64 else body.decode()
    except UnicodeDecodeError:
        text, is_base64 = base64.b64encode(body).decode(), True
    return {"statusCode": response["status"], "headers": headers, "body": text, "isBase64Encoded": is_base64}


def part(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}


def start(content_type: str) -> Message:
    headers = [(b"content-type", content_type.encode()), (b"x-request-id", b"1")]
    return {"type": "http.response.start", "status": 200, "headers": headers}


def answer_of(*messages: Message, body: bytes = b"", limit: int = LAMBDA_LIMIT) -> tuple[dict[str, Any], int]:
    """Return the answer that messages of the application make, and how many of them were taken."""

    async def send() -> tuple[dict[str, Any], int]:
        exchange = Exchange(body, translate, limit)
        taken = 0
        for message in messages:
            try:
                await exchange.send(message)
            except ResponseTooLarge:
                continue
            taken += 1
        return exchange.answer, taken

    return asyncio.run(send())


def test_a_response_is_put_together_of_its_parts() -> None:
    parts = (part(b"a", more=True), {"type": "http.response.debug"}, part(b"b"))
    assert answer_of(START, *parts)[0] == {
        "statusCode": 200,
        "headers": {"x-näme": "Zoë"},
        "body": "ab",
        "isBase64Encoded": False,
    }


def test_a_response_without_body_is_whole() -> None:
    answer, _ = answer_of({"type": "http.response.start", "status": 204}, {"type": "http.response.body"})
    assert answer == {"statusCode": 204, "headers": {}, "body": "", "isBase64Encoded": False}


def test_what_is_not_whole_is_a_problem() -> None:
    problem = {
        "statusCode": 500,
        "headers": {
            "content-type": "application/problem+json",
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
        },
        "body": '{"type":"about:blank","title":"Internal Server Error","status":500}',
        "isBase64Encoded": False,
    }
    assert answer_of()[0] == problem
    assert answer_of(START, part(b"a", more=True))[0] == problem


def test_the_client_is_gone_when_it_has_its_response() -> None:
    async def receive() -> list[Message]:
        exchange = Exchange(b"a", translate, LAMBDA_LIMIT)
        request, gone = await exchange.receive(), asyncio.create_task(exchange.receive())
        await asyncio.sleep(0)
        assert not gone.done()
        await exchange.send({"type": "http.response.body"})
        return [request, await gone]

    assert asyncio.run(receive()) == [
        {"type": "http.request", "body": b"a", "more_body": False},
        {"type": "http.disconnect"},
    ]


@pytest.mark.parametrize("execution_environment", ["", "AWS_Lambda_python3.13"])
@pytest.mark.parametrize(
    ("content_type", "character", "rest"),
    [
        ("text/plain", "a", b""),
        ("text/plain", '"', b""),
        ("text/plain", "\0", b""),
        ("text/plain", "ä", b""),
        ("text/plain", "😀", b""),
        ("text/plain", "a", b"\xff"),  # which makes it base64
        ("text/plain", "a", b"\xc3"),  # as it does where a character is cut off
        ("image/png", "\0", b""),
    ],
)
def test_an_answer_is_taken_to_the_last_byte_that_lambda_takes(
    content_type: str, character: str, rest: bytes, execution_environment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_EXECUTION_ENV", execution_environment)

    def sent(number: int) -> tuple[dict[str, Any], int]:
        body = character.encode() * number + rest
        middle = len(body) // 2 + 1  # in the middle of a character
        parts = (part(body[:middle], more=True), part(body[middle:], more=True), part(b""))
        return answer_of(start(content_type), *parts, limit=100_000)

    few, many = 0, 100_000
    while many - few > 1:  # how many characters are taken
        number = (few + many) // 2
        few, many = (number, many) if sent(number)[0]["statusCode"] == 200 else (few, number)
    taken, refused = sent(few)[0], sent(many)[0]
    more = size_of(translate({"status": 200, "headers": [], "body": character.encode() * 3})) - size_of(
        translate({"status": 200, "headers": [], "body": b""})
    )
    assert 100_000 - max(more, 4) <= size_of(taken) <= 100_000
    assert json.loads(refused["body"]) == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "The response is larger than 100,000 bytes, the most that a load balancer takes.",
    }


def test_headers_count() -> None:
    message = {**START, "headers": [(b"x", b"a" * LAMBDA_LIMIT)]}
    assert answer_of(message, part(b"a"))[0]["statusCode"] == 500


def test_nothing_more_is_taken_of_what_is_too_large() -> None:
    parts = [part(b"a" * 1_000_000, more=True)] * 20
    answer, taken = answer_of(start("text/plain"), *parts, part(b""))
    assert (answer["statusCode"], answer["headers"]["x-request-id"], taken) == (500, "1", 7)


def test_what_is_too_large_has_no_client_any_more() -> None:
    async def receive() -> Message:
        exchange = Exchange(b"", translate, LOAD_BALANCER_LIMIT)
        await exchange.receive()
        await exchange.send(START)
        with pytest.raises(ResponseTooLarge):
            await exchange.send(part(b"a" * 1_000_000, more=True))
        return await exchange.receive()

    assert asyncio.run(receive()) == {"type": "http.disconnect"}


@pytest.mark.unmeasured
@pytest.mark.parametrize("number", [1, 128, 100_000])
def test_a_batch_is_told_how_many_of_its_lines_fit(number: int) -> None:
    line = b'{"message":"\xc3\xa4"}\n'

    def sent(lines: int) -> dict[str, Any]:
        sizes = [min(number, lines - first) for first in range(0, lines, number)]
        parts = [part(line * size, more=True) for size in sizes]
        return answer_of(start("application/jsonl"), *parts, part(b""), body=b"{}", limit=LOAD_BALANCER_LIMIT)[0]

    refused = sent(50_000)
    problem = json.loads(refused["body"])
    fitting = int(problem["detail"].split()[-3].replace(",", ""))
    assert (refused["statusCode"], refused["headers"]["x-request-id"], problem) == (
        413,
        "1",
        {
            "type": "about:blank",
            "title": "Content Too Large",
            "status": 413,
            "detail": "The response is larger than 1,000,000 bytes, the most that a load balancer takes. "
            f"The answers to the first {fitting:,} lines fit.",
        },
    )
    assert (sent(fitting)["statusCode"], sent(fitting + 1)["statusCode"]) == (200, 413)


def test_a_batch_whose_answers_are_compressed_is_told_to_send_fewer_lines() -> None:
    answer, _ = answer_of(start("application/jsonl"), part(b"\xff" * LAMBDA_LIMIT), body=b"{}")
    assert json.loads(answer["body"])["detail"].endswith(" takes. Send fewer lines.")


def test_json_lines_that_nobody_asked_for_line_by_line_are_no_fault_of_the_client() -> None:
    answer, _ = answer_of(start("application/jsonl"), part(b"{}\n" * LAMBDA_LIMIT))
    assert answer["statusCode"] == 500
