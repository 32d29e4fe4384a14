"""The image's default command, `python -m lambda_app.server`: the door that its surroundings ask for.

The Lambda runtime client where AWS_LAMBDA_RUNTIME_API is set, as Lambda and its emulator do; else the REST door, on
HOST (0.0.0.0) and PORT (8000), in WEB_CONCURRENCY processes.
"""

import gc
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module

from lambda_app.settings import whole_number

# As many as the interpreter wants to see before it specialises what it runs (PEP 659).
WARM_UP_CALLS = 20


def main() -> None:
    """Open the door; its first argument is the Lambda handler, unless it is the application's own."""
    if "AWS_LAMBDA_RUNTIME_API" in os.environ:
        serve_lambda(sys.argv[1] if len(sys.argv) > 1 else "lambda_app.aws_lambda.handler")
    else:
        serve_rest()


def serve_lambda(handler: str) -> None:
    """Serve invocations, until Lambda ends the process."""
    sys.stderr.write(f"lambda_app: the Lambda function {handler}\n")
    # Nothing that is imported becomes garbage: to look for it takes an eighth of a cold start.
    gc.disable()
    from awslambdaric.__main__ import main as serve  # noqa: PLC0415 (only one of the two doors is opened)

    with suppress(Exception):  # the client imports it again, and reports what is wrong with it as Lambda expects
        module, _, name = handler.rpartition(".")
        function = getattr(import_module(module), name)
        if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
            prepare_snapshot(function)
    gc.freeze()
    gc.enable()
    serve(["awslambdaric", handler])


def prepare_snapshot(function: Callable[[object, object], object]) -> None:
    """Do before the snapshot of SnapStart what a first request would do, short of calling `process`.

    Every environment is restored from the same snapshot: what has to differ between them is seeded again after it
    (Lambda's developer guide, "Handling uniqueness with Lambda SnapStart"). `os.urandom` needs no seed, `random` does.
    """
    import random  # noqa: PLC0415 (as above)

    from snapshot_restore_py import register_after_restore  # noqa: PLC0415

    register_after_restore(random.seed)
    for _ in range(WARM_UP_CALLS):
        with suppress(Exception):  # which is what a handler without HTTP makes of it
            function({"body": ""}, None)


def serve_rest() -> None:
    """Serve HTTP, until SIGTERM: then finish what is in flight, within SHUTDOWN_TIMEOUT seconds (8)."""
    import uvicorn  # noqa: PLC0415 (as above)

    host = os.environ.get("HOST") or "0.0.0.0"  # noqa: S104 (a container that listens on itself alone serves nobody)
    port = whole_number("PORT", 8000, 1, 65535)
    workers = whole_number("WEB_CONCURRENCY", 1, 1, 1000)
    timeout = whole_number("SHUTDOWN_TIMEOUT", 8, 1, 3600)
    sys.stderr.write(f"lambda_app: the REST API on http://{host}:{port}\n")
    # The application logs for both.
    uvicorn.run(
        "lambda_app.app:app", host=host, port=port, workers=workers, timeout_graceful_shutdown=timeout, log_config=None
    )
    # Reached where the signal that uvicorn sends again does not end the process, as in a container, where it is the
    # first one. Python's own way out would wait for the thread of a function that outlasts the timeout.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    try:
        main()
    except ValueError as error:
        raise SystemExit(f"lambda_app: error: {error}") from None
