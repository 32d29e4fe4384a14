"""How Lambda starts this process: for a request that waits, or ahead of the first one."""

import os


def is_on_demand() -> bool:
    """Tell whether somebody waits for this start, so that imports may wait instead.

    Where Lambda starts the function ahead of its first request, everything is imported ahead as well: for provisioned
    concurrency, before the snapshot of SnapStart, and before the workers of multi-concurrency are forked.
    """
    kind = os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
    return kind == "on-demand" and "AWS_LAMBDA_MAX_CONCURRENCY" not in os.environ
