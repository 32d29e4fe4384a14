"""Restored: the first call of an environment that SnapStart has restored, of one that nothing prepared, and a warm one.

The runtime client runs in the image, and is served by a stand-in of the Runtime API, which speaks `/restore/next`.
"""

import sys
import time
from functools import partial
from pathlib import Path

from containers import DOCKER, build_ours
from lambda_events import HTTP_API
from rounds import Samples, interleave

sys.path.append(str(Path(__file__).parent.parent.parent / "scripts"))
from processes import LambdaRuntime

BASELINE = "warm"
ROWS = {"warm": "warm call", "restored": "first call after a restore", "first": "first call without a snapshot"}
WARM_CALLS = 20
SETTLE_SECONDS = 3


def measure(rounds: int) -> Samples:
    """Measure the first call of an environment with and without a snapshot, and warm calls."""
    image = build_ours()
    return interleave({row: partial(call, image, row) for row in ROWS}, rounds, "restored")


def call(image: str, row: str) -> dict[str, float]:
    """Return the seconds that a call takes, the way through the Runtime API included."""
    runtime = LambdaRuntime("")
    variables = {name: runtime.environment[name] for name in runtime.environment if name.startswith("AWS_LAMBDA_")}
    if row == "restored":
        variables["AWS_LAMBDA_INITIALIZATION_TYPE"] = "snap-start"
        runtime.restore.set()
    settings = [part for name, value in variables.items() for part in ("--env", f"{name}={value}")]
    runtime.command = [DOCKER, "run", "--rm", "--read-only", "--network", "host", *settings, image]
    with runtime:
        deadline = time.monotonic() + 60
        while "invocation/next" not in runtime.calls and time.monotonic() < deadline:
            time.sleep(0.05)
        for _ in range(WARM_CALLS if row == "warm" else 0):
            seconds(runtime)
        time.sleep(SETTLE_SECONDS)  # for all alike: a call after a pause is slower than one in a row of them
        return {"seconds": seconds(runtime)}


def seconds(runtime: LambdaRuntime) -> float:
    """Return how long a call takes, and check its answer."""
    start = time.perf_counter()
    answer = runtime.invoke(HTTP_API)
    end = time.perf_counter()
    if answer.document["statusCode"] != 200:  # noqa: PLR2004 (HTTP's)
        sys.exit(f"restored: {answer}")
    return end - start
