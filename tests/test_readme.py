"""The README: its commands print what it shows."""

import examples
import pytest
import readme
from processes import ROOT

from lambda_app import __version__

README = (ROOT / "README.md").read_text()
COMMANDS = list(readme.commands(README))


@pytest.mark.parametrize("command", COMMANDS, ids=[command.text for command in COMMANDS])
def test_a_command_prints_what_the_readme_shows(command: readme.Command) -> None:
    assert readme.matches(command.output, printed := readme.run(command.text)), printed


def test_the_readme_shows_every_make_target_that_it_names() -> None:
    named = {" ".join(code.split()[:2]) for code in README.split("`") if code.startswith("make ")}
    listed = readme.run("make")
    assert [target for target in sorted(named) if f"{target} " not in listed] == []


def test_the_readme_begins_with_the_function() -> None:
    first_screen = README.split("\n## ")[0]
    assert f"```python\n{examples.function()}```" in first_screen
    assert first_screen.index("$ make run") < first_screen.index("$ make test")


def test_the_output_is_compared_line_by_line() -> None:
    assert readme.matches("a\n...\nc\n", "a\nb\nb\nc\n")
    assert not readme.matches("a\n...\nc\n", "a\nb\n")
    assert readme.refreshed("```console\n$ echo 1\n2\n$ seq 3\n1\n...\n```\n") == (
        "```console\n$ echo 1\n1\n$ seq 3\n1\n...\n```\n"
    )


def test_the_version_is_the_same_everywhere() -> None:
    assert f'\nversion = "{__version__}"\n' in (ROOT / "pyproject.toml").read_text()
