"""The command: `python -m lambda_app hello`, or `lambda-app hello` once installed."""

import gc
import sys
from contextlib import redirect_stdout

from lambda_app import __version__
from lambda_app.terminal.signals import ENDINGS, Signals, exit_status
from lambda_app.terminal.streams import ANSWERED, FAILED, PROGRAM, Output, report

TYPE_CHECKING = False  # as in `lambda_app.terminal.signals`
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lambda_app.contract.endpoint import Endpoint
    from lambda_app.contract.life import Resources

    Load = Callable[[], tuple[Mapping[str, Endpoint], Resources | None]]


def main(argv: "Sequence[str]", load: "Load") -> int:
    """Run the command with arguments, and return its exit status.

    `load` returns the endpoints by name, the first being the default, and what opens their resources. It is called
    only when they are needed, so that it may import them.

    0: answered; 1: the function refused or failed, or the writing failed; 2: usage or invalid input; 129, 130 and 143:
    ended by SIGHUP, SIGINT or SIGTERM.
    """
    output = Output()
    signals = Signals()
    # Standard output is for answers alone, so what a function prints goes to standard error.
    with redirect_stdout(sys.stderr):
        try:
            if list(argv) == ["--version"]:  # before the imports that take most of a start
                output.write(f"{PROGRAM} {__version__}\n".encode())
                return ANSWERED
            return _run(argv, load, output, signals)
        except KeyboardInterrupt:
            report(ENDINGS[signals.number])
            return exit_status(signals.number)
        except BrokenPipeError:  # the reader has enough (`| head`), which is no error
            output.discard()
            return ANSWERED
        except OSError as error:
            output.discard()
            report(f"the answer cannot be written: {error.strerror}")
            return FAILED


def _run(argv: "Sequence[str]", load: "Load", output: Output, signals: Signals) -> int:
    # Imports leave no garbage, and looking for it takes an eighth of a start.
    gc.disable()
    try:
        from lambda_app.contract.lazy_imports import lazy_imports  # noqa: PLC0415 (--version needs none of these)

        with lazy_imports():
            from lambda_app.contract.life import Life  # noqa: PLC0415 (as above)
            from lambda_app.terminal.execution import execute  # noqa: PLC0415 (as above)

            endpoints, resources = load()
            Life(resources).check(endpoints.values())
    except Exception as error:  # noqa: BLE001 (importing a module may raise anything)
        from lambda_app.terminal.failures import report_failure  # noqa: PLC0415 (as above)

        report_failure("the endpoints cannot be loaded", error, trace="--traceback" in argv, text=True)
        return FAILED
    finally:
        gc.freeze()
        gc.enable()
    with signals:
        return execute(argv, endpoints, resources, output)
