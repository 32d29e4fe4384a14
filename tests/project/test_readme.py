"""The README and the pages of docs/: their commands print what they show."""

import examples
import pytest
import readme
from processes import ROOT

from lambda_app import __version__

README = (ROOT / "README.md").read_text()
# `make run` opens every door, which takes some seconds: with the promise it is run once, and not on every Python.
SLOW = {"make run": pytest.mark.promise}
COMMANDS = [
    pytest.param(command, id=f"{page.name} {command.text}", marks=SLOW.get(command.text, ()))
    for page in readme.PAGES
    for command in readme.commands(page.read_text())
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_prints_what_its_page_shows(command: readme.Command) -> None:
    assert readme.matches(command.output, printed := readme.run(command.text)), printed


def test_every_make_target_that_is_named_exists() -> None:
    pages = "\n".join(page.read_text() for page in readme.PAGES)
    named = {" ".join(code.split()[:2]) for code in pages.split("`") if code.startswith("make ")}
    listed = readme.run("make")
    assert [target for target in sorted(named) if f"{target} " not in listed] == []


def test_the_readme_begins_with_the_function() -> None:
    first_screen = README.split("\n## ")[0]
    assert f"```python\n{examples.function() or ''}" in first_screen
    assert first_screen.index("$ make run") < first_screen.index("$ make test")


def test_the_output_is_compared_line_by_line() -> None:
    assert readme.matches("a\n...\nc\n", "a\nb\nb\nc\n")
    assert not readme.matches("a\n...\nc\n", "a\nb\n")
    assert readme.refreshed("```console\n$ echo 1\n2\n$ seq 3\n1\n...\n```\n") == (
        "```console\n$ echo 1\n1\n$ seq 3\n1\n...\n```\n"
    )


def test_a_line_that_is_printed_otherwise_the_second_time_is_abridged() -> None:
    assert readme.abridged("a\n10:00\nc\n", "a\n10:01\nc\n") == "a\n...\nc\n"
    assert readme.abridged("a\n", "a\n") == "a\n"
    assert readme.abridged("a\n", "a\nb\n") == "...\n"
    assert readme.refreshed("```console\n$ echo $RANDOM$RANDOM\n1\n```\n") == (
        "```console\n$ echo $RANDOM$RANDOM\n...\n```\n"
    )


def test_the_version_is_the_same_everywhere() -> None:
    assert f'\nversion = "{__version__}"\n' in (ROOT / "pyproject.toml").read_text()
