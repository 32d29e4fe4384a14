"""Time warm calls of a Lambda handler in this process, and print their seconds: `calls.py NAME:HANDLER EVENT CALLS`.

The event and the answer are the dicts that awslambdaric would pass on: decoding and encoding them, and the HTTP between
it and Lambda, cost every peer the same and are left out.
"""

import importlib
import json
import logging
import os
import sys
from time import perf_counter_ns

WARM_UP = 300


class Context:
    """The attributes of Lambda's context that the peers read."""

    aws_request_id = "8f507cfc-xmpl-4697-b07a-ac58fc914c95"
    function_name = "benchmark"
    memory_limit_in_mb = 1769
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:benchmark"

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left."""
        return 30_000


def main() -> None:
    """Call, check and time."""
    # As awslambdaric does before it imports the handler: a handler on the root logger, whose level stays WARNING.
    logging.getLogger().addHandler(logging.StreamHandler())
    module, _, attribute = sys.argv[1].rpartition(".")
    handler = getattr(importlib.import_module(module), attribute)
    event, calls = json.loads(sys.argv[2]), int(sys.argv[3])
    context = Context()
    for _ in range(WARM_UP):
        answer = handler(event, context)
    if "body" in answer:
        answer = json.loads(answer["body"])
    if answer != {"message": "The received message is: 'hello'"}:
        sys.exit(f"a wrong answer: {answer}")
    nanoseconds = []
    for _ in range(calls):
        start = perf_counter_ns()
        handler(event, context)
        nanoseconds.append(perf_counter_ns() - start)
    print(json.dumps([value / 1e9 for value in nanoseconds]))
    sys.stdout.flush()
    os._exit(0)  # leaving is nobody's warm call


main()
