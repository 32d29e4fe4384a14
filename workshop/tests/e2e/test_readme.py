"""The commands of the README and docs/ that need Docker, SAM CLI or AWS CLI, run as they stand there, by section.

The commands of `console docker` end by themselves. The one of `console server` is for a terminal of its own: it serves
until its section ends.
"""

import re
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from readme import PAGES, Command, commands, matches

from tests.e2e.tools import Server, run, wait_for

pytestmark = pytest.mark.e2e

SECTIONS = {
    f"{page.name}: {section.splitlines()[0].lstrip('# ')}": section
    for page in PAGES
    for section in re.split(r"^(?=##+ )", page.read_text(), flags=re.MULTILINE)
    if re.search(r"^```console (docker|server)$", section, re.MULTILINE)
}


def check(command: Command, printed: str) -> None:
    """Assert that a command printed what is shown; where it ends without a newline, Markdown has one all the same."""
    if printed and not printed.endswith("\n"):
        printed += "\n"
    assert matches(command.output, printed), f"{command.text} has printed:\n{printed}"


@pytest.mark.usefixtures("sam_build")
@pytest.mark.parametrize("title", SECTIONS)
def test_the_commands_print_what_is_shown(title: str, tmp_path: Path) -> None:
    section, log = SECTIONS[title], tmp_path / "log"
    with ExitStack() as terminal:
        server = next(commands(section, "server"), None)
        if server:
            (address, *_) = re.findall(r"http://127\.0\.0\.1:\d+", section)
            with pytest.raises(requests.ConnectionError):  # the README's ports have to be free
                requests.get(address, timeout=10)
            terminal.enter_context(Server("bash", "-c", server.text, log=log))
            wait_for(address, log)
        for command in commands(section, "docker"):
            check(command, run("bash", "-c", f"{{ {command.text}\n}} 2>&1").stdout.decode())
    if server:
        check(server, log.read_text())


@pytest.mark.usefixtures("sam_build")
def test_what_make_run_shows_for_aws_cli_invokes_the_function(tmp_path: Path) -> None:
    (shown,) = [command.output for command in commands(PAGES[0].read_text()) if command.text == "make run"]
    section = shown.partition("\nLambda: ")[2].partition("\n\n")[0]
    *typed, answer = [line.removeprefix("  ").removeprefix("$ ") for line in section.splitlines()[1:]]
    locally = "--function-name ProcessFunction --endpoint-url http://127.0.0.1:3001 --no-sign-request"
    script = "\n".join(typed).replace("--function-name lambda_app", locally)
    log = tmp_path / "log"
    with Server("sam", "local", "start-lambda", log=log):
        wait_for("http://127.0.0.1:3001", log)
        printed = run("bash", "-c", f"cd {tmp_path}\n{script}").stdout.decode()
    assert printed.endswith(f"\n{answer}"), printed
