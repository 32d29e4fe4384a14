"""The execution of a command, from its arguments to its exit status."""

from collections.abc import Mapping, Sequence

from lambda_app import __version__
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.environment import SettingsError
from lambda_app.contract.life import Resources
from lambda_app.contract.problem import InvalidInput, Problem, ProcessingFailed
from lambda_app.settings import get_settings
from lambda_app.terminal.caller import Caller, ResourcesFailed
from lambda_app.terminal.command_line import CommandLine
from lambda_app.terminal.options import UsageError
from lambda_app.terminal.spelling import as_text
from lambda_app.terminal.streams import ANSWERED, FAILED, INVALID, PROGRAM, Output, report


def execute(argv: Sequence[str], endpoints: Mapping[str, Endpoint], resources: Resources | None, output: Output) -> int:
    """Do what a command line asks for, report what goes wrong, and return the exit status.

    Raises OSError where the output cannot be written, and KeyboardInterrupt.
    """
    try:
        line = CommandLine(argv, endpoints)
    except UsageError as error:
        report(str(error))
        return INVALID
    if line.options["help"]:
        output.write(line.help().encode())
        return ANSWERED
    if line.options["version"]:
        output.write(f"{PROGRAM} {__version__}\n".encode())
        return ANSWERED
    try:
        settings = get_settings()  # a wrong one must not look like a failure of the function
        if settings.log_level is not None:
            _log(settings.log_level)
        with Caller(line.endpoint, resources) as caller:
            return _answer(line, caller, output)
    except SettingsError as error:
        report(str(error))
        return FAILED
    except ResourcesFailed as failure:
        _report(str(failure), failure.cause, trace=line.options["traceback"])
        return FAILED


def _log(level: str) -> None:
    """Show on standard error what the function logs, from a level on. Otherwise logging shows warnings there."""
    import logging  # noqa: PLC0415 (it would slow every other command)

    logging.basicConfig(level=level.upper(), format="%(levelname)s %(name)s: %(message)s")


def _answer(line: CommandLine, caller: Caller, output: Output) -> int:
    trace = line.options["traceback"]
    try:
        if line.options["jsonl"]:
            from lambda_app.terminal.jsonl import answer_stream  # noqa: PLC0415 (one message needs none of it)

            return answer_stream(caller, output, trace=trace, numbers=line.options["line-numbers"])
        answer = caller.answer(line.document())
        output.write((answer if line.options["json"] else as_text(answer)) + b"\n")
    except UsageError as error:
        report(str(error))
        return INVALID
    except ProcessingFailed as failure:
        _report("the processing failed", failure.cause, trace=trace)
        return FAILED
    except Problem as problem:
        from lambda_app.terminal.wording import in_words  # noqa: PLC0415 (as above)

        report(in_words(problem))
        return INVALID if isinstance(problem, InvalidInput) else FAILED
    return ANSWERED


def _report(what: str, cause: BaseException, *, trace: bool) -> None:
    from lambda_app.terminal.failures import report_failure  # noqa: PLC0415 (an answer does not need it)

    report_failure(what, cause, trace=trace)
