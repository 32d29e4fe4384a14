"""Large bodies take turns, so that many of them do not hold up what else has arrived."""

import asyncio

import pytest
from starlette.testclient import TestClient

from lambda_app.rest.large_bodies import turn


def test_each_large_body_is_read_in_a_turn_of_its_own() -> None:
    turns_of_the_loop = 0
    read_in: list[int] = []

    async def count() -> None:
        nonlocal turns_of_the_loop
        while len(read_in) < 5:
            turns_of_the_loop += 1
            await asyncio.sleep(0)

    async def read() -> None:
        await turn()
        read_in.append(turns_of_the_loop)

    async def arrive_at_once() -> None:
        await asyncio.gather(count(), *(read() for _ in range(5)))

    asyncio.run(arrive_at_once())
    assert read_in == sorted(set(read_in))


@pytest.mark.parametrize("path", ["/process", "/own"])
def test_a_large_body_is_answered_as_a_small_one_is(path: str, rest: TestClient) -> None:
    message = "x" * 65_536
    answer = rest.post(path, json={"message": message})
    assert (answer.status_code, answer.json()) == (200, {"message": message})
