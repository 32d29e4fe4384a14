"""The image's command, `python -m lambda_app.serve`: opens the door that its environment asks for.

It starts Lambda's runtime client where AWS_LAMBDA_RUNTIME_API is set, as in Lambda and its emulator. Elsewhere it
starts the REST API.
"""

import gc
import os
import sys


def main() -> None:
    """Open the door. The first argument names the Lambda handler. The default is the one for everything.

    A wrong setting ends the process with one line on standard error, and exit status 1.
    """
    in_lambda = "AWS_LAMBDA_RUNTIME_API" in os.environ
    if in_lambda:
        # Imports leave no garbage, and looking for it takes an eighth of a cold start. `runtime` enables the collector
        # again.
        gc.disable()
    from lambda_app.contract.environment import SettingsError  # noqa: PLC0415 (imported while the collector is off)

    try:
        if in_lambda:
            from lambda_app.aws_lambda import runtime  # noqa: PLC0415 (only one of the two doors is opened)

            runtime.serve(sys.argv[1] if len(sys.argv) > 1 else "lambda_app.aws_lambda.http.handler")
        else:
            from lambda_app.rest import server  # noqa: PLC0415 (as above)

            server.serve("lambda_app.app:app")
    except SettingsError as error:
        raise SystemExit(f"lambda_app: error: {error}") from None


if __name__ == "__main__":
    main()
