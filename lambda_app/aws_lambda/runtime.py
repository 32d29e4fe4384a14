"""The image's command in Lambda: AWS's runtime client, and what is done before it takes over."""

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module

from awslambdaric.__main__ import main
from awslambdaric.lambda_runtime_client import LambdaRuntimeClient

from lambda_app.aws_lambda import snapshot
from lambda_app.contract.environment import SettingsError
from lambda_app.settings import get_settings


def serve(handler: str) -> None:
    """Serve invocations with a handler, `package.module.function`, until Lambda ends the process.

    Raises SettingsError for a wrong setting, after telling Lambda of it.
    """
    sys.stderr.write(f"lambda_app: the Lambda function {handler}\n")
    try:
        get_settings()
        # Where AWS_LAMBDA_MAX_CONCURRENCY is set, the client forks that many workers. Each imports the handler itself,
        # because workers cannot share an event loop, or what an application opens when it starts up.
        if "AWS_LAMBDA_MAX_CONCURRENCY" not in os.environ:
            _prepare(handler)
    except SettingsError as error:
        _report(error)
        raise
    gc.freeze()
    gc.enable()
    main(["awslambdaric", handler])


def _prepare(handler: str) -> None:
    module, _, name = handler.rpartition(".")
    try:
        function = getattr(import_module(module.replace("/", ".")), name)
    except SettingsError:
        raise
    except Exception:  # noqa: BLE001 (awslambdaric imports the handler again and reports its error, so ignore it here)
        return
    if snapshot.is_taken():
        snapshot.warm_up(function)


def _report(error: SettingsError) -> None:
    """Tell Lambda why the process ends, as awslambdaric would, but without a trace."""
    client = LambdaRuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"])
    with suppress(Exception):  # the process ends with the same message on standard error anyway
        client.post_init_error({"errorMessage": str(error), "errorType": "SettingsError", "stackTrace": []})
