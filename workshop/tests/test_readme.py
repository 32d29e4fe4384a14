"""The README and the pages of docs/: their commands print what they show, and what they name exists."""

import re
from pathlib import Path

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
# The pages of the workshop show no output, but name files and targets as well.
PAGES = {
    page: page.read_text()
    for page in [*readme.PAGES, ROOT / "workshop/README.md", ROOT / "workshop/benchmarks/README.md"]
}
FENCE = re.compile(r"^```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)")
# What a page of GitHub that is 1,200 pixels wide shows of a line of code.
CHARACTERS = 110


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_prints_what_its_page_shows(command: readme.Command) -> None:
    assert readme.matches(command.output, printed := readme.run(command.text)), printed


def test_every_make_target_that_is_named_exists() -> None:
    codes = [code for text in PAGES.values() for code in text.split("`")]
    named = {" ".join(code.split()[:2]) for code in codes if code.startswith("make ")}
    listed = readme.run("make")
    assert [target for target in sorted(named) if f"{target} " not in listed] == []


def anchors(page: Path) -> set[str]:
    """Return what GitHub calls a page's headings in an address."""
    titles: list[str] = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_link_leads_to_a_file_and_to_a_heading() -> None:
    dead = [
        f"{page.name}: {link[0]}"
        for page, text in PAGES.items()
        for link in LINK.finditer(text)
        if not (target := page.parent / link[1] if link[1] else page).exists()
        or (link[2] and link[2] not in anchors(target))
    ]
    assert dead == []


def test_every_page_of_docs_is_linked_from_the_readme() -> None:
    linked = {target for target, _ in LINK.findall(README)}
    assert {f"docs/{page.name}" for page in readme.PAGES if page.parent.name == "docs"} <= linked


def test_every_parameter_of_the_stack_is_explained() -> None:
    parameters = (ROOT / "template.yaml").read_text().partition("\nParameters:\n")[2]
    names = re.findall(r"^  (\w+):$", re.split(r"^\w", parameters, maxsplit=1, flags=re.MULTILINE)[0], re.MULTILINE)
    assert "PublicAccess" in names
    page = (ROOT / "docs/deploy.md").read_text()
    assert [name for name in names if f"`{name}`" not in page] == []


def test_no_command_and_no_code_scrolls_sideways() -> None:
    shown = []
    for page in readme.PAGES:
        text = page.read_text()
        for needs in (None, "ci", "docker", "server"):
            shown += [line for command in readme.commands(text, needs) for line in command.text.splitlines()]
        for fence in FENCE.finditer(text):
            if fence["language"] != "console":
                shown += fence["text"].splitlines()
    assert [line for line in shown if len(line) > CHARACTERS] == []


def test_the_readme_begins_with_the_function() -> None:
    first_screen = README.split("\n## ")[0]
    assert f"```python\n{examples.function() or ''}" in first_screen
    assert "$ make run" in first_screen


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
