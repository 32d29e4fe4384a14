"""The image's command in Lambda: AWS's runtime client, and what is done before it takes over."""

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module

from awslambdaric.__main__ import main
from awslambdaric.lambda_runtime_client import LambdaRuntimeClient

from lambda_app.aws_lambda import openapi_models, snapshot
from lambda_app.aws_lambda.initialization import is_on_demand
from lambda_app.contract.environment import SettingsError
from lambda_app.settings import get_settings


def prepare(handler: str) -> None:
    """Do what a first invocation needs, short of calling the handler, `package.module.function`.

    Raises SettingsError for a wrong setting, after telling Lambda of it.
    """
    if os.environ.get("AWS_LAMBDA_LOG_FORMAT") != "JSON":  # in which every line is an object
        sys.stderr.write(f"lambda_app: the Lambda function {handler}\n")
    # Imported here, where its own imports may wait. Used where they no longer do.
    import_module("awslambdaric.bootstrap")
    try:
        get_settings()
        if "AWS_LAMBDA_MAX_CONCURRENCY" not in os.environ:
            _import(handler)
    except SettingsError as error:
        _report(error)
        raise


def serve(handler: str) -> None:
    """Serve invocations with a handler until Lambda ends the process."""
    if "AWS_LAMBDA_MAX_CONCURRENCY" in os.environ:
        from lambda_app.aws_lambda import workers  # noqa: PLC0415 (multi-concurrency alone needs it)

        workers.serve(handler)
    gc.freeze()
    gc.enable()
    main(["awslambdaric", handler])


def _import(handler: str) -> None:
    module, _, name = handler.rpartition(".")
    if is_on_demand() and module == "lambda_app.aws_lambda.http":
        openapi_models.defer()
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
