"""What an application receives and sends for one HTTP request."""

import asyncio

from starlette.types import Message

from lambda_app.aws_lambda.exchange import Exchange

START: Message = {"type": "http.response.start", "status": 200, "headers": [(b"x-n\xe4me", b"Zo\xeb")]}


def response_of(*messages: Message) -> object:
    """Return the response that messages of the application make."""

    async def send() -> object:
        exchange = Exchange(b"")
        for message in messages:
            await exchange.send(message)
        return exchange.response

    return asyncio.run(send())


def test_a_response_is_put_together_of_its_parts() -> None:
    assert response_of(
        START,
        {"type": "http.response.body", "body": b"a", "more_body": True},
        {"type": "http.response.debug"},
        {"type": "http.response.body", "body": b"b"},
    ) == {"status": 200, "headers": [["x-näme".encode(), "Zoë".encode()]], "body": b"ab"}


def test_a_response_without_body_is_whole() -> None:
    answer = response_of({"type": "http.response.start", "status": 204}, {"type": "http.response.body"})
    assert answer == {"status": 204, "headers": [], "body": b""}


def test_what_is_not_whole_is_a_problem() -> None:
    problem = {
        "status": 500,
        "headers": [[b"content-type", b"application/problem+json"]],
        "body": b'{"type":"about:blank","title":"Internal Server Error","status":500}',
    }
    assert response_of() == problem
    assert response_of(START, {"type": "http.response.body", "body": b"a", "more_body": True}) == problem


def test_the_client_is_gone_when_it_has_its_response() -> None:
    async def receive() -> list[Message]:
        exchange = Exchange(b"a")
        request, gone = await exchange.receive(), asyncio.create_task(exchange.receive())
        await asyncio.sleep(0)
        assert not gone.done()
        await exchange.send({"type": "http.response.body"})
        return [request, await gone]

    assert asyncio.run(receive()) == [
        {"type": "http.request", "body": b"a", "more_body": False},
        {"type": "http.disconnect"},
    ]
