"""The image's command, `python -m lambda_app.serve`: opens the door that its environment asks for.

It starts Lambda's runtime client where AWS_LAMBDA_RUNTIME_API is set, as in Lambda and its emulator. Elsewhere it
starts the REST API.
"""

import gc
import os
import sys
from contextlib import nullcontext


def main() -> None:
    """Open the door. The first argument names the Lambda handler. The default is the one for everything.

    A wrong setting ends the process with one line on standard error, and exit status 1.
    """
    if "AWS_LAMBDA_RUNTIME_API" in os.environ:
        _serve_lambda(sys.argv[1] if len(sys.argv) > 1 else "lambda_app.aws_lambda.http.handler")
    else:
        _serve_rest()


# The imports are in the functions, because only one of the two doors is opened.


def _serve_lambda(handler: str) -> None:
    # Imports leave no garbage, and looking for it takes an eighth of a cold start. `runtime` enables the collector
    # again.
    gc.disable()
    from lambda_app.aws_lambda.initialization import is_on_demand  # noqa: PLC0415
    from lambda_app.contract.lazy_imports import lazy_imports  # noqa: PLC0415

    with lazy_imports() if is_on_demand() else nullcontext():
        from lambda_app.aws_lambda import runtime  # noqa: PLC0415
        from lambda_app.contract.environment import SettingsError  # noqa: PLC0415

        try:
            runtime.prepare(handler)
        except SettingsError as error:
            raise SystemExit(f"lambda_app: error: {error}") from None
    runtime.serve(handler)


def _serve_rest() -> None:
    from lambda_app.contract.environment import SettingsError  # noqa: PLC0415
    from lambda_app.rest import server  # noqa: PLC0415

    try:
        server.serve("lambda_app.app:app")
    except SettingsError as error:
        raise SystemExit(f"lambda_app: error: {error}") from None


if __name__ == "__main__":
    main()
