"""The image under multi-concurrency, with many workers and many invocations."""

import asyncio

from processes import ROOT

from tests.aws_lambda.concurrent_api import ConcurrentApi
from tests.aws_lambda.counting import asked, told
from tests.e2e.tools import HARDENED, IMAGE

WORKERS = 16
INVOCATIONS = 10_000


def test_no_invocation_of_ten_thousand_is_lost_or_answered_twice() -> None:
    events = asked(range(INVOCATIONS // 4))
    answers = asyncio.run(answers_to([event for event, _ in events]))
    assert [[told(answer) for answer in each] for each in answers] == [[expected] for _, expected in events]


async def answers_to(events: list[object]) -> list[list[object]]:
    """Return all answers of the image to each of the events."""
    api = ConcurrentApi(events)
    async with api as variables:
        concurrent = {**variables, "AWS_LAMBDA_MAX_CONCURRENCY": str(WORKERS)}
        environment = [f"--env={name}={value}" for name, value in concurrent.items()]
        mounted = ("--network", "host", "--volume", f"{ROOT / 'tests'}:/app/tests:ro")
        command = ("python", "-m", "lambda_app.serve", "tests.aws_lambda.worker.counting_handler")
        process = await asyncio.create_subprocess_exec(
            *("docker", "run", "--rm", *HARDENED, *mounted, *environment, IMAGE, *command),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert await api.run(process, 120) == 1  # the workers have been given no further event
    return api.answers
