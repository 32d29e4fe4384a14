"""Multi-concurrency, with AWS's runtime client, as real processes."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from processes import LambdaRuntime, environment

from tests.aws_lambda.concurrent_api import ConcurrentApi
from tests.aws_lambda.counting import asked, told

pytestmark = pytest.mark.measured

TOO_FEW = "lambda_app: error: too few workers are left"


def runtime(handler: str, workers: int) -> LambdaRuntime:
    """Return the runtime client as the image's command starts it, with so many workers."""
    served = LambdaRuntime("", env={"AWS_LAMBDA_MAX_CONCURRENCY": str(workers)})
    served.command[1:] = ["-m", "lambda_app.serve", f"tests.aws_lambda.worker.{handler}"]
    return served


def test_every_worker_imports_and_starts_up_by_itself_and_shares_what_is_not_the_handlers(tmp_path: Path) -> None:
    pipe = str(tmp_path / "pipe")
    os.mkfifo(pipe)
    with runtime("handler", 2) as served:
        for mode in "rw":
            served.invocations.put((json.dumps({"pipe": pipe, "mode": mode}).encode(), 30_000))
        answers = [served.answers.get(timeout=30).document for _ in range(2)]
        served.invocations.put(None)  # one worker ends, as the other does when the runtime is left
    first, second = (answer["called"] for answer in answers)
    assert len({first, second, served.process.pid}) == 3
    assert len({answer.pop("number") for answer in answers}) == 2
    shared = ["fastapi", "lambda_app.aws_lambda.http_handler", "lambda_app.rest.health"]
    assert answers == [
        {"imported": worker, "opened": worker, "called": worker, "shared": shared, "is_frozen": True}
        for worker in (first, second)
    ]


def test_the_process_goes_on_without_a_worker_and_ends_with_too_few() -> None:
    with runtime("ending_handler", 3) as served:
        for _ in range(2):
            served.invocations.put((json.dumps({"number": signal.SIGKILL}).encode(), 30_000))
        status = served.process.wait(30)
    assert status == 1
    assert served.log.decode().splitlines()[1:] == [
        "lambda_app: a worker has ended with status -9, 2 are left",
        "lambda_app: a worker has ended with status -9, 1 are left",
        TOO_FEW,
    ]


def test_a_worker_that_cannot_import_the_handler_reports_it() -> None:
    with runtime("nothing", 1) as served:
        kind, error = served.answers.get(timeout=30)
        status = served.process.wait(30)
    assert (kind, error["errorType"], status) == ("error", "Runtime.HandlerNotFound", 1)
    assert served.log.decode().splitlines()[-1] == TOO_FEW


def test_sixteen_workers_answer_every_invocation_once() -> None:
    events = asked(range(100))
    answers = asyncio.run(answers_of(16, [event for event, _ in events]))
    assert [[told(answer) for answer in each] for each in answers] == [[expected] for _, expected in events]


async def answers_of(workers: int, events: Sequence[Any]) -> list[list[Any]]:
    """Return all answers to each of the events, from so many workers."""
    api = ConcurrentApi(events)
    async with api as variables:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "lambda_app.serve", "tests.aws_lambda.worker.counting_handler"),
            env=environment({**variables, "AWS_LAMBDA_MAX_CONCURRENCY": str(workers)}),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert await api.run(process, 60) == 1
    return api.answers
