"""The options that come from a request model, their help, and what a mistake is told."""

import json
import os
from typing import Annotated, Any
from unittest.mock import Mock

import pytest
from pydantic import AliasChoices, AliasPath, ConfigDict, Field, computed_field
from pydantic.alias_generators import to_camel

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from tests.order import ORDER
from tests.terminal.echo import ECHO
from tests.terminal.tools import Command, Ended, answering_with_its_request, document_of, refused

ORDER_DEFAULTS = {
    "count": 1,
    "name": "tea",
    "price": None,
    "gift": False,
    "size": "small",
    "priority": 1,
    "due": None,
    "paid": "0",
    "tags": [],
    "numbers": [],
    "colour": None,
    "unit-of-measure": "piece",
    "extra": None,
    "note": None,
    "urgent": None,
}


@pytest.mark.parametrize(
    ("argv", "changes"),
    [
        (["tea", "--count", "2"], {"count": 2}),
        (["tea", "--count=1", "--price", "2.50"], {"price": 2.5}),
        (["tea", "--count=1", "--price", "2"], {"price": 2.0}),
        (["tea", "--count=1", "--gift"], {"gift": True}),
        (["tea", "--count=1", "--no-gift"], {"gift": False}),
        (["tea", "--count=1", "--size", "large"], {"size": "large"}),
        (["tea", "--count=1", "--priority", "2"], {"priority": 2}),
        (["tea", "--count=1", "--due", "2026-11-22"], {"due": "2026-11-22"}),
        (["tea", "--count=1", "--paid", "1.10"], {"paid": "1.10"}),
        (["tea", "--count=1", "--tags", "a", "--tags", "1"], {"tags": ["a", "1"]}),
        (["tea", "--count=1", "--numbers", "1", "--numbers", "2"], {"numbers": [1, 2]}),
        (["tea", "--count=1", "--colour", "red"], {"colour": "red"}),
        (["tea", "--count=1", "--unit-of-measure", "box"], {"unit-of-measure": "box"}),
        (["tea", "--count=1", "--extra", '{"a": 1}'], {"extra": {"a": 1}}),
        (["tea", "--count=1", "--note", "123"], {"note": "123"}),
        (["tea", "--count=1", "--note", "@file"], {"note": "@file"}),
        (["tea", "--count=1", "--no-urgent"], {"urgent": False}),
        (["--count", "9" * 4000, "tea"], {"count": int("9" * 4000)}),
    ],
)
def test_every_field_but_the_message_is_an_option(argv: list[str], changes: dict[str, object], run: Command) -> None:
    status, out, error = run(*argv, endpoint=ORDER)
    assert (status, error) == (0, "")
    assert json.loads(out)["order"] == {**ORDER_DEFAULTS, **changes}


@pytest.mark.parametrize(
    ("argv", "errors"),
    [
        (["tea"], "count: Field required"),
        (["tea", "--count", "two"], "count: Input should be a valid integer"),
        (["tea", "--count", "1.5"], "count: Input should be a valid integer"),
        (["tea", "--count", "9" * 5000], "count: Input should be a valid integer"),
        (["tea", "--count", "1", "--price", "NaN"], "price: Input should be a valid number"),
        (["tea", "--count", "1", "--size", "xl"], "size: Input should be 'small' or 'large'"),
        (
            ["", "--count", "0"],
            ("count: Input should be greater than or equal to 1; name: String should have at least 1 character"),
        ),
        (["tea", "--count"], "argument --count: expected one argument"),
        (["tea", "--count", "1", "--gift=yes"], "argument --gift/--no-gift: ignored explicit argument 'yes'"),
        (["tea", "--cont", "3"], "unrecognized arguments: --cont 3; did you mean --count?"),
        (["tea", "--cont=3"], "unrecognized arguments: --cont=3; did you mean --count?"),
        (["tea", "--no-gifts"], "unrecognized arguments: --no-gifts; did you mean --no-gift?"),
        (["tea", "--xyz"], "unrecognized arguments: --xyz"),
    ],
)
def test_an_option_is_refused_as_the_other_doors_refuse_it(argv: list[str], errors: str, run: Command) -> None:
    assert run(*argv, endpoint=ORDER) == refused(errors)


ORDER_HELP = """\
usage: lambda-app [options] [name]

Place an order.

positional arguments:
  name                  What is ordered. Without it, or with -, standard input is the name.

options:
  -h, --help            show this help and exit
  --version             print the version and exit
  --file FIELD=PATH     read a field from a file: text without its final newline, or bytes as they are (repeatable)
  --json                print the response document (as without it: it has several fields)
  --jsonl               answer JSON Lines from standard input: a request document a line in, a response or a problem a
                        line out
  --line-numbers        with --jsonl, give each problem the number of its line, as its member 'line'
  --traceback           show the trace of a function that fails
  --count INTEGER       How many, 100 % of them. (required)
  --price NUMBER
  --gift, --no-gift     (default: false)
  --size {small,large}  (default: small)
  --priority {1,2}      (default: 1)
  --due DATE
  --paid DECIMAL        (default: 0)
  --tags TEXT           (repeatable)
  --numbers INTEGER     (repeatable)
  --colour {red,green}
  --unit-of-measure TEXT
                        (default: piece)
  --extra JSON
  --note TEXT
  --urgent, --no-urgent
"""


def test_help_says_of_every_field_what_it_is(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    assert run("--help", endpoint=ORDER) == Ended(0, ORDER_HELP, "")


def test_only_help_asks_for_the_width_of_the_terminal(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    get_terminal_size = Mock(return_value=os.terminal_size((40, 24)))
    monkeypatch.setattr("shutil.get_terminal_size", get_terminal_size)
    assert run("tea", "--count", "2", endpoint=ORDER).status == 0
    get_terminal_size.assert_not_called()
    lines = run("--help", endpoint=ORDER).out.splitlines()
    assert 30 < max(len(line) for line in lines) <= 40


def test_help_speaks_of_the_fields_by_their_own_names(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    fields = document_of(
        text=(str, Field(alias="the 100%")), data=(bytes, b"\xff"), made=(int, Field(default_factory=int))
    )
    answer = document_of(result=(str, Field(serialization_alias="theResult")), hidden=(int, Field(exclude=True)))

    def function(request: Document) -> Document:
        return request

    function.__annotations__ = {"request": fields, "return": answer}
    out = run("-h", endpoint=Endpoint(function)).out
    assert out.startswith("usage: lambda-app [options] [the 100%]\n\npositional arguments:\n  the 100%  ")
    assert "Without it, or with -, standard input is the the 100%.\n" in out
    assert "  --json             print the response document instead of its field 'theResult' alone\n" in out
    assert out.endswith("  --data BYTES\n  --made INTEGER\n")


@pytest.mark.parametrize("kind", [int, str])
@pytest.mark.parametrize("name", ["file", "json", "jsonl", "help", "line-numbers", "traceback", "version"])
def test_a_field_that_collides_with_a_built_in_option_is_named(name: str, kind: type, run: Command) -> None:
    endpoint = answering_with_its_request(document_of(field=(kind, Field(alias=name))))
    error = f"the field '{name}' of the request model collides with another option: --{name}"
    assert run("--version", "--json", endpoint=endpoint) == refused(error)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        (
            {"a_b": (int, 1), "other": (int, Field(1, alias="a-b"))},
            "'a-b' of the request model collides with another option: --a-b",
        ),
        (
            {"no_gift": (int, 1), "gift": (bool, False)},
            "'gift' of the request model collides with another option: --no-gift",
        ),
    ],
)
def test_two_fields_that_are_spelt_alike_are_named(fields: dict[str, object], error: str, run: Command) -> None:
    assert run(endpoint=answering_with_its_request(document_of(**fields))) == refused(f"the field {error}")


def test_a_model_without_a_string_reads_no_standard_input_and_prints_its_value(run: Command) -> None:
    endpoint = answering_with_its_request(document_of(first=(Annotated[int, Field()], 1)))
    assert run(endpoint=endpoint) == Ended(0, "1\n", "")
    assert run("--first", "2", endpoint=endpoint) == Ended(0, "2\n", "")
    assert "[first]" not in run("--help", endpoint=endpoint).out


PLACED: list[tuple[Any, list[str], object]] = [
    (Field(alias="its-alias"), ["--its-alias", "1"], {"its-alias": 1}),
    (Field(validation_alias="other_alias"), ["--other-alias", "1"], {"field": 1}),
    (Field(validation_alias=AliasChoices(AliasPath("a", "b"), "plain")), ["--plain", "1"], {"field": 1}),
    (Field(validation_alias=AliasChoices(AliasPath("a", "b"))), ["--field", "1"], {"field": 1}),
    (Field(validation_alias=AliasPath("a", "b", 2)), ["--field", "1"], {"field": 1}),
    (Field(validation_alias=AliasPath("a", -2)), ["--field", "1"], {"field": 1}),
]


@pytest.mark.parametrize(("field", "argv", "answer"), PLACED)
def test_a_field_is_given_where_the_reader_looks_for_it(
    field: object, argv: list[str], answer: object, run: Command
) -> None:
    endpoint = answering_with_its_request(document_of(field=(int, field)))
    status, out, error = run("--json", *argv, endpoint=endpoint)
    assert (status, json.loads(out), error) == (0, answer, "")


def test_fields_share_the_place_that_their_paths_lead_to(run: Command) -> None:
    model = document_of(
        first=(str, Field(validation_alias=AliasPath("names", 0))),
        last=(str, Field(validation_alias=AliasPath("names", 1))),
        city=(str, Field(validation_alias=AliasPath("address", "city"))),
        road=(str, Field(validation_alias=AliasPath("address", "road"))),
    )
    argv = ["--road", "R", "--last", "L", "--city", "C", "F"]
    out = run(*argv, endpoint=answering_with_its_request(model)).out
    assert json.loads(out) == {"first": "F", "last": "L", "city": "C", "road": "R"}


@pytest.mark.parametrize(
    ("config", "option"),
    [
        (ConfigDict(alias_generator=to_camel), "--itsName"),
        (ConfigDict(alias_generator=to_camel, validate_by_name=True, validate_by_alias=False), "--its-name"),
    ],
)
def test_an_option_has_the_name_that_the_model_reads(config: ConfigDict, option: str, run: Command) -> None:
    endpoint = answering_with_its_request(document_of(config, its_name=int))
    assert run(option, "1", endpoint=endpoint) == Ended(0, "1\n", "")


class Numbers(Document):
    number: int = 1


class Computed(Document):
    number: int = 1

    @computed_field
    def double(self) -> int:
        return 2 * self.number


def test_a_computed_field_is_a_field_of_the_response(run: Command) -> None:
    endpoint = answering_with_its_request(Computed)
    assert run(endpoint=endpoint) == run("--json", endpoint=endpoint) == Ended(0, '{"number":1,"double":2}\n', "")
    assert "(as without it: it has several fields)" in " ".join(run("--help", endpoint=endpoint).out.split())


def double(request: Numbers) -> Numbers:
    """Double a number.

    At length.
    """
    return Numbers(number=2 * request.number)


def undescribed(request: Numbers) -> Numbers:
    return request


SEVERAL = {"echo": ECHO, "double": Endpoint(double), "undescribed": Endpoint(undescribed)}


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["hello"], Ended(0, "hello\n", "")),
        (["--endpoint", "echo", "hello"], Ended(0, "hello\n", "")),
        (["--endpoint", "double"], Ended(0, "2\n", "")),
        (["--number", "3", "--endpoint=double", "--json"], Ended(0, '{"number":6}\n', "")),
        (["--", "--endpoint"], Ended(0, "--endpoint\n", "")),
        (["--endpoint"], refused("argument --endpoint: expected one argument")),
        (["--endpoint", "duoble"], refused("there is no endpoint 'duoble'; did you mean double?")),
        (["--endpoint=echo", "--endpoint=double"], Ended(0, "2\n", "")),
        (["--endpoint", "x", "hello"], refused("there is no endpoint 'x'")),
        (["--number", "3"], refused("unrecognized arguments: --number; did you mean --line-numbers?")),
    ],
)
def test_an_endpoint_is_chosen_by_its_name(argv: list[str], expected: Ended, run: Command) -> None:
    assert run(*argv, endpoints=SEVERAL) == expected


SEVERAL_HELP = """\
usage: lambda-app [options]

Double a number.

At length.

options:
  -h, --help         show this help and exit
  --version          print the version and exit
  --endpoint NAME    answer with this endpoint (default: echo)
  --file FIELD=PATH  read a field from a file: text without its final newline, or bytes as they are (repeatable)
  --json             print the response document instead of its field 'number' alone
  --jsonl            answer JSON Lines from standard input: a request document a line in, a response or a problem a
                     line out
  --line-numbers     with --jsonl, give each problem the number of its line, as its member 'line'
  --traceback        show the trace of a function that fails
  --number INTEGER   (default: 1)

endpoints:
  echo         Answer a message with itself.
  double       Double a number.
  undescribed
"""


def test_without_endpoints_there_is_nothing_to_run(run: Command) -> None:
    assert run("--help", endpoints={}) == refused("there is no endpoint")


def test_help_lists_the_endpoints_and_shows_the_options_of_the_chosen_one(
    run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    assert run("--endpoint=double", "--help", endpoints=SEVERAL) == Ended(0, SEVERAL_HELP, "")


def test_json_lines_are_answered_by_the_chosen_endpoint(run: Command) -> None:
    summary = "lambda-app: 1 line: 1 answered, 0 invalid, 0 failed\n"
    ended = run("--jsonl", "--endpoint", "double", stdin=b'{"number": 4}\n', endpoints=SEVERAL)
    assert ended == Ended(0, '{"number":8}\n', summary)


def test_the_option_for_an_endpoint_is_there_only_where_there_are_several(run: Command) -> None:
    assert run("--endpoint", "echo") == refused("unrecognized arguments: --endpoint")
    assert "--endpoint" not in run("--help").out
    named = answering_with_its_request(document_of(endpoint=(int, 1)))
    assert run("--endpoint", "2", endpoint=named) == Ended(0, "2\n", "")
    error = "the field 'endpoint' of the request model collides with another option: --endpoint"
    assert run(endpoints={"named": named, "echo": ECHO}) == refused(error)
