"""What a command line asks for: the endpoint, the options and the request document."""

from argparse import ArgumentTypeError
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lambda_app.contract.endpoint import Endpoint
from lambda_app.terminal.fields import Field, fields_of, placed
from lambda_app.terminal.inputs import read_file, read_message
from lambda_app.terminal.options import Parser, UsageError, build_parser, built_in_options


class CommandLine:
    """A parsed command line: its `endpoint`, and the command's own `options` by name.

    Raises UsageError where it cannot be understood, or where no parser can be made for the endpoint.
    """

    def __init__(self, argv: Sequence[str], endpoints: Mapping[str, Endpoint]) -> None:
        self.endpoint = endpoints[_chosen(argv, endpoints)]
        fields = fields_of(self.endpoint.request)
        self._fields = {field.option: field for field in fields}
        self._message = next((field.option for field in fields if field.is_message), None)
        own = built_in_options(endpoints, self.endpoint.response)
        self._parser = build_parser(self.endpoint, fields, own, _listed(endpoints) if len(endpoints) > 1 else None)
        parsed, unknown = self._parser.parse_known_args(argv)
        # argparse takes an option that it does not know for the positional argument, where a space is in it.
        options = argv[: argv.index("--")] if "--" in argv else argv
        message: str = getattr(parsed, self._message or "", "")
        if message in options and _is_option(message):
            unknown = [message, *unknown]
        if unknown:
            word = unknown[0].partition("=")[0].lstrip("-")
            names = [*own, *(option for field in fields for option in field.options)]
            raise UsageError(f"unrecognized arguments: {' '.join(unknown)}{_suggestion(word, names, '--')}")
        self._values: dict[str, Any] = vars(parsed)
        self.options = {name: self._values.pop(name) for name in own}
        if self.options["jsonl"] and (self._values or self.options["file"]):
            raise UsageError("--jsonl takes whole documents from standard input, and no fields")
        if self.options["line-numbers"] and not self.options["jsonl"]:
            raise UsageError("--line-numbers goes with --jsonl")

    def help(self) -> str:
        """Return what `--help` prints."""
        return self._parser.format_help()

    def document(self) -> dict[str, Any]:
        """Return the request document. A message that is missing, or is a hyphen, comes from standard input.

        Raises UsageError where the field of a file is unknown or has a value already, and InvalidInput where a file or
        standard input cannot be read.
        """
        values = {name: value for name, value in self._values.items() if (name, value) != (self._message, "-")}
        for given in self.options["file"]:
            field, value = self._from_file(given)
            if field.spelling.is_repeatable:
                values[field.option] = [*values.get(field.option, ()), value]
            elif field.option in values:
                raise UsageError(f"the field {field.key!r} is given twice")
            else:
                values[field.option] = value
        if self._message is not None and self._message not in values:
            values[self._message] = read_message(self._fields[self._message].key)
        document: dict[str, Any] = {}
        for name, value in values.items():
            document = placed(document, self._fields[name].path, value)
        return document

    def _from_file(self, given: str) -> tuple[Field, object]:
        name, _, path = given.partition("=")
        field = self._fields.get(name.replace("_", "-"))
        if not path:
            raise UsageError(f"argument --file: {given!r} is not FIELD=PATH")
        if field is None:
            raise UsageError(f"argument --file: there is no field {name!r}{_suggestion(name, self._fields)}")
        try:
            return field, field.spelling.from_file(read_file(path))
        except UnicodeDecodeError:
            raise UsageError(f"argument --file: {path} is not UTF-8, and {field.key!r} takes nothing else") from None
        except ArgumentTypeError as error:
            raise UsageError(f"argument --file: {path}: {error}") from None


def _chosen(argv: Sequence[str], endpoints: Mapping[str, Endpoint]) -> str:
    """Return the name of the endpoint that a command line chooses, or of the first; raises UsageError."""
    if not endpoints:
        raise UsageError("there is no endpoint")
    first, *others = endpoints
    if not others:
        return first
    parser = Parser()
    parser.add_argument("--endpoint", default=first)
    name: str = parser.parse_known_args(argv)[0].endpoint
    if name not in endpoints:
        raise UsageError(f"there is no endpoint {name!r}{_suggestion(name, endpoints)}")
    return name


def _is_option(word: str) -> bool:
    """Tell whether a word is an option, as opposed to a hyphen or a negative number."""
    return word.startswith("-") and word != "-" and not word[1:2].isdigit()


def _suggestion(word: str, names: Iterable[str], prefix: str = "") -> str:
    """Return a question that names the nearest of some names, or nothing where none is near."""
    from difflib import get_close_matches  # noqa: PLC0415 (only a mistake needs it)

    return "".join(f"; did you mean {prefix}{name}?" for name in get_close_matches(word, names, n=1))


def _listed(endpoints: Mapping[str, Endpoint]) -> str:
    """Return the list of the endpoints: their names, and the first line of their descriptions."""
    width = max(len(name) for name in endpoints)
    summaries = {name: endpoint.description.partition("\n")[0] for name, endpoint in endpoints.items()}
    return "\n".join(["endpoints:", *(f"  {name:{width}}  {text}".rstrip() for name, text in summaries.items())])
