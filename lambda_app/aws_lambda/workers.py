"""Multi-concurrency: workers that serve invocations side by side (Lambda Managed Instances).

Lambda's developer guide, "Python runtime for Lambda Managed Instances".
"""

import gc
import sys
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import wait

from awslambdaric.lambda_config import LambdaConfigProvider
from awslambdaric.lambda_multi_concurrent_utils import MultiConcurrentRunner

# What a handler is made of, apart from your own modules.
_OF_EVENTS = ("lambda_app.aws_lambda.event_handler",)
_OF_HTTP = (
    *_OF_EVENTS,
    "lambda_app.aws_lambda.http_handler",
    "lambda_app.rest.health",
    # These are imported by the first request.
    "anyio._backends._asyncio",
    "mangum.handlers",
)


def serve(handler: str) -> None:
    """Fork AWS_LAMBDA_MAX_CONCURRENCY workers, and serve invocations with them until Lambda ends the process.

    Each worker imports the handler by itself, because workers cannot share an event loop, or what an application opens
    when it starts up. Everything else is imported once, before the fork, and its memory is shared.

    Raises SystemExit when fewer than half of the workers are left. awslambdaric restarts none, and Lambda goes on with
    those that are left. It replaces the environment once the process has ended, which fails what the other workers are
    answering, and so the process does not end earlier than that.
    """
    for module in _OF_EVENTS if handler.startswith("lambda_app.aws_lambda.events.") else _OF_HTTP:
        import_module(module)
    # The collector writes to what it looks at, and so would copy the shared pages.
    gc.freeze()
    gc.enable()
    config = LambdaConfigProvider(["awslambdaric", handler])
    number = int(config.max_concurrency)
    arguments = (handler, config.api_address, config.use_thread_polling, config.lmi_socket_path)
    fork = get_context("fork").Process
    workers = [fork(target=MultiConcurrentRunner.run_single, args=arguments) for _ in range(number)]
    for worker in workers:
        worker.start()
    while 2 * len(workers) >= number:
        wait([worker.sentinel for worker in workers])
        for worker in [worker for worker in workers if not worker.is_alive()]:
            workers.remove(worker)
            sys.stderr.write(f"lambda_app: a worker has ended with status {worker.exitcode}, {len(workers)} are left\n")
    for worker in workers:
        worker.kill()
    raise SystemExit("lambda_app: error: too few workers are left")
