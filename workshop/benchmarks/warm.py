"""Warm call: a handler that has answered before, called in the process that it runs in.

Not through the emulator: its HTTP takes several times as long as any of the handlers, and hides what they differ in.
"""

import json
import statistics
from functools import partial
from typing import Any

from containers import build_ours, build_peer, run_inside
from lambda_events import DIRECT, HTTP_API, REST_API
from rounds import Samples, interleave

BASELINE = "fastapi"
ROWS = {
    "bare": "bare handler",
    "chalice": "Chalice",
    "flask": "Flask + apig-wsgi",
    "powertools": "Powertools, validation on",
    "starlette": "Starlette + Mangum, no model",
    "litestar": "Litestar + Mangum",
    BASELINE: "FastAPI + Mangum",
    "ours": "lambda_app, HTTP",
    "ours-direct": "lambda_app, direct",
}
CALLS = 3000


def measure(rounds: int) -> Samples:
    """Measure the warm call of every row."""
    ours = build_ours()
    peers: dict[str, dict[str, Any]] = {
        "bare": HTTP_API,
        "chalice": REST_API,
        "flask": HTTP_API,
        "powertools": HTTP_API,
        "starlette": HTTP_API,
        "litestar": HTTP_API,
        "fastapi": HTTP_API,
    }
    rows = {
        **{name: partial(calls, build_peer(name), "app.handler", event) for name, event in peers.items()},
        "ours": partial(calls, ours, "lambda_app.aws_lambda.http.handler", HTTP_API),
        "ours-direct": partial(calls, ours, "lambda_app.aws_lambda.http.handler", DIRECT),
    }
    return interleave(rows, rounds, "warm call")


def calls(image: str, handler: str, event: dict[str, Any]) -> dict[str, float]:
    """Return the median and the 99th percentile of many calls, in seconds."""
    seconds = run_inside(image, "calls.py", handler, json.dumps(event), str(CALLS))
    return {"seconds": statistics.median(seconds), "p99": statistics.quantiles(seconds, n=100)[98]}
