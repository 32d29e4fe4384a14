"""How a problem reads in a terminal: by the names of the fields, in one line."""

from typing import Any

import pytest

from lambda_app.contract.document import Document
from lambda_app.contract.problem import InvalidInput, Problem
from lambda_app.terminal.wording import in_words
from tests.terminal.tools import Command, answering_with_its_request, document_of, refused


class Size(Document):
    width: int
    height: int = 1


ORDER = answering_with_its_request(document_of(name=str, size=(Size, Size(width=1)), sizes=(list[Size], [])))


@pytest.mark.parametrize(
    ("argv", "error"),
    [
        (["--size", '{"width": "1"}'], "size.width: Input should be a valid integer"),
        (["--size", "{}"], "size.width: Field required"),
        (["--size", '{"width": 1, "colour": 2}'], "size.colour: There is no such field"),
        (["--size", '{"width": 1, "a.b/c~d e": 2}'], "size.a.b/c~d e: There is no such field"),
        (
            ["--sizes", '{"width": 1}', "--sizes", '{"height": "1"}'],
            "sizes[1].width: Field required; sizes[1].height: Input should be a valid integer",
        ),
        (["--size", "[1]"], "size: Input should be an object"),
    ],
)
def test_an_error_names_the_field_as_a_program_would(argv: list[str], error: str, run: Command) -> None:
    assert run("a", *argv, endpoint=ORDER) == refused(error)


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (Problem(404, "There is no such customer."), "There is no such customer."),
        (Problem(500), "Internal Server Error"),
        (InvalidInput(errors=[{"pointer": "#", "code": "json_invalid", "detail": "Not JSON"}]), "Not JSON"),
        (InvalidInput(errors=[{"parameter": "q", "code": "missing", "detail": "Required"}]), "parameter q: Required"),
        (InvalidInput(errors=[{"header": "x-key", "code": "missing"}]), "header x-key: missing"),
        (InvalidInput(errors=[{"pointer": "#/a/0"}, {"detail": "Wrong"}]), "a[0]: not valid; Wrong"),
        (InvalidInput(errors=[{"pointer": "#/a~1b%C3%BC", "detail": "Wrong"}]), "a/bü: Wrong"),
        (InvalidInput(errors=[{"pointer": "#/a", "detail": "Wrong"}] * 22), "; ".join(["a: Wrong"] * 20 + ["2 more"])),
    ],
)
def test_a_problem_is_one_line(problem: Any, words: str) -> None:
    assert in_words(problem) == words
