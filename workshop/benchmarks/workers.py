"""Workers: the memory of each of many that serve one function side by side (Lambda Managed Instances).

The runtime client runs in the image, and is served by a stand-in of the Runtime API.
"""

import json
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from containers import DOCKER, HERE, PREFIX, build_ours, build_peer, docker
from lambda_events import DIRECT, HTTP_API, is_answered
from rounds import Samples, interleave

sys.path.append(str(Path(__file__).parent.parent.parent / "scripts"))
from processes import LambdaRuntime

BASELINE = "fastapi"
ROWS = {
    BASELINE: "FastAPI + Mangum, plain awslambdaric",
    "ours": "lambda_app",
    "ours-events": "lambda_app without HTTP, direct",
}
NAME = f"{PREFIX}-workers"
WORKERS = 16
# As many for each worker, so that none is left without one.
INVOCATIONS = 8 * WORKERS
OURS = ("python", "-m", "lambda_app.serve")


def measure(rounds: int) -> Samples:
    """Measure the memory of every row's workers."""
    ours = build_ours()
    rows = {
        "fastapi": partial(serve, build_peer("fastapi"), (), HTTP_API),
        "ours": partial(serve, ours, (), HTTP_API),
        "ours-events": partial(serve, ours, (*OURS, "lambda_app.aws_lambda.events.handler"), DIRECT),
    }
    return interleave(rows, rounds, "workers")


def serve(image: str, command: Sequence[str], event: dict[str, Any]) -> dict[str, float]:
    """Return the megabytes of a worker that has answered, its share of the process that forked it included."""
    runtime = LambdaRuntime("", env={"AWS_LAMBDA_MAX_CONCURRENCY": str(WORKERS)})
    variables = {name: value for name, value in runtime.environment.items() if name.startswith("AWS_LAMBDA_")}
    settings = [part for name, value in variables.items() for part in ("--env", f"{name}={value}")]
    inside = ("--read-only", "--network", "host", "--volume", f"{HERE / 'inside'}:/inside:ro")
    runtime.command = [DOCKER, "run", "--rm", "--name", NAME, *inside, *settings, image, *command]
    with runtime:
        wait_for(runtime)
        try:
            for _ in range(INVOCATIONS):
                runtime.invocations.put((json.dumps(event).encode(), 30_000))
            for _ in range(INVOCATIONS):
                answer = runtime.answers.get(timeout=30)
                if not is_answered(answer.document):
                    sys.exit(f"{image}: a wrong answer: {answer}")
            return {"megabytes": float(docker("exec", NAME, "python", "/inside/memory.py")) / WORKERS}
        finally:
            docker("kill", NAME)


def wait_for(runtime: LambdaRuntime) -> None:
    """Wait until every worker asks for an invocation."""
    deadline = time.monotonic() + 60
    while runtime.calls.count("invocation/next") < WORKERS:
        if time.monotonic() > deadline:
            sys.exit("the workers do not serve")
        time.sleep(0.05)
