"""The parser of the command: its own options, and those of the request model."""

import argparse
from collections.abc import Mapping, Sequence
from inspect import cleandoc
from typing import Any, NoReturn

from pydantic import BaseModel

from lambda_app.contract.endpoint import Endpoint
from lambda_app.terminal.fields import Field
from lambda_app.terminal.streams import PROGRAM


class UsageError(Exception):
    """The command line cannot be understood, or no parser can be made from the request model."""


class Parser(argparse.ArgumentParser):
    """An argument parser that raises UsageError where argparse would print its usage and exit."""

    color: bool
    # argparse formats every option once to check it. To ask for the terminal's width would import shutil for that.
    _width: int | None = 80

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 (argparse's own)
        super().__init__(prog=PROGRAM, add_help=False, allow_abbrev=False, formatter_class=self._formatter, **settings)
        # Python 3.14 colours help where `sys.stdout` is a terminal. Here that is standard error, and help may be piped.
        self.color = False

    def error(self, message: str) -> NoReturn:
        """Raise UsageError."""
        raise UsageError(message)

    def format_help(self) -> str:
        """Return the help, as wide as the terminal."""
        self._width = None
        return super().format_help()

    def _formatter(self, prog: str) -> argparse.HelpFormatter:
        return argparse.RawDescriptionHelpFormatter(prog, width=self._width)


def built_in_options(endpoints: Mapping[str, Endpoint], response: type[BaseModel]) -> dict[str, dict[str, Any]]:
    """Return argparse's settings for the command's own options, by name."""
    given = {name: info for name, info in response.model_fields.items() if not info.exclude}
    names = [info.serialization_alias or info.alias or name for name, info in given.items()]
    names += [info.alias or name for name, info in response.model_computed_fields.items()]
    alone = f"instead of its field {names[0]!r} alone" if len(names) == 1 else "(as without it: it has several fields)"
    options: dict[str, dict[str, Any]] = {
        "help": {"action": "store_true", "help": "show this help and exit"},
        "version": {"action": "store_true", "help": "print the version and exit"},
        "endpoint": {"metavar": "NAME", "help": f"answer with this endpoint (default: {next(iter(endpoints))})"},
        "file": {
            "metavar": "FIELD=PATH",
            "action": "append",
            "default": [],
            "help": "read a field from a file: text without its final newline, or bytes as they are (repeatable)",
        },
        "json": {"action": "store_true", "help": f"print the response document {alone}"},
        "jsonl": {
            "action": "store_true",
            "help": "answer JSON Lines from standard input: a request document a line in, "
            "a response or a problem a line out",
        },
        "line-numbers": {
            "dest": "line-numbers",
            "action": "store_true",
            "help": "with --jsonl, give each problem the number of its line, as its member 'line'",
        },
        "traceback": {"action": "store_true", "help": "show the trace of a function that fails"},
    }
    if len(endpoints) == 1:
        del options["endpoint"]
    return options


def build_parser(
    endpoint: Endpoint, fields: Sequence[Field], own: Mapping[str, dict[str, Any]], epilog: str | None
) -> Parser:
    """Return the parser for the command's own options and the fields of an endpoint's request model.

    The message is the positional argument, every other field an option. Types are left to the reader, so that this
    door refuses what the others refuse. Raises UsageError, with the field's name, where a field collides with another
    option.
    """
    message = "".join(f" [{field.key}]".replace("%", "%%") for field in fields if field.is_message)
    parser = Parser(
        usage=f"%(prog)s [options]{message}",
        description=cleandoc(endpoint.description),
        epilog=epilog,
    )
    for name, settings in own.items():
        parser.add_argument(*(["-h"] if name == "help" else []), f"--{name}", **settings)
    taken = set(own)
    for field in fields:
        names = {field.option, *field.options}
        if collisions := sorted(names & taken):
            raise UsageError(
                f"the field {field.key!r} of the request model collides with another option: --{collisions[0]}"
            )
        taken |= names
        _add_field(parser, field)
    return parser


def _add_field(parser: Parser, field: Field) -> None:
    description = [field.info.description or ""]
    settings: dict[str, Any] = {"default": argparse.SUPPRESS}
    if field.is_message:
        description.append(f"Without it, or with -, standard input is the {field.key}.")
        settings |= {"nargs": "?", "metavar": field.key}
    else:
        description.append(f"({', '.join(field.facts)})" if field.facts else "")
        settings["dest"] = field.option
        if field.spelling.is_flag:
            settings["action"] = argparse.BooleanOptionalAction
        else:
            action = "append" if field.spelling.is_repeatable else "store"
            settings |= {"action": action, "type": field.spelling.from_text, "metavar": field.spelling.name}
    settings["help"] = " ".join(part for part in description if part).replace("%", "%%")
    parser.add_argument(field.option if field.is_message else f"--{field.option}", **settings)
