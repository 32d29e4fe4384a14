"""`make examples`: write aws_lambda_events, openapi.json and the output on the README's and docs' pages again.

The envelopes in aws_lambda_events are kept: only the documents in them, and the answers beside them, are replaced.
Nothing at all is written where the linter has a finding, an answer is a failure, or the doors disagree.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import readme
from envelopes import EVENTS
from processes import ROOT, RestServer
from recording import Refused, dump, write_events, write_messages
from run import ENDPOINT, NAME, ask
from sample import NoSample, document

from lambda_app.app import app
from lambda_app.contract.environment import SettingsError
from lambda_app.settings import get_settings

OPENAPI = ROOT / "openapi.json"
PROCESS = ROOT / "lambda_app/process.py"
# The README's first block of Python, where that is a function.
FIRST = re.compile(r"(?<=```python\n)(?:async )?def .*?(?=```)", re.DOTALL)
# What a command prints that fails; a page may show that, but not because the function has come to fail.
FAILURE = re.compile(r'Traceback \(most recent call last\)|: error: the processing failed|"status": ?5\d\d')


def without_docker(command: str, url: str) -> str | None:
    """Return a command that prints what one that needs Docker prints; `url` is where the application is served."""
    if "docker run" in command:
        return re.sub(r"docker run .*?lambda_app (?=python )", "", command)
    if event := re.search(r"sam local invoke .*--event (\S+)\.json", command):
        return f"python -m json.tool {event[1]}.answer.json"
    if "/invocations" in command or "cat /tmp/answer.json" in command:
        return """python -c 'import json; print(json.dumps(json.load(open("aws_lambda_events/direct.answer.json"))))'"""
    if re.search(rf"http://127.0.0.1:\d+/{NAME}\b", command):
        return re.sub(r"http://127.0.0.1:\d+", url, command)
    return None


def function() -> str | None:
    """Return the function as the README shows it first, without its docstring: `process`, or else the first one."""
    source = PROCESS.read_text() if PROCESS.exists() else ""
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    if not functions:
        return None
    shown = next((node for node in functions if node.name == "process"), functions[0])
    lines = source.splitlines(keepends=True)
    docstring, *rest = shown.body
    if ast.get_docstring(shown) is None or not rest:
        return "".join(lines[shown.lineno - 1 : shown.end_lineno])
    body = "".join(lines[docstring.end_lineno : shown.end_lineno])
    return "".join(lines[shown.lineno - 1 : docstring.lineno - 1]) + body.lstrip("\n")


def write_pages() -> None:
    """Write the function at the top of the README, and the output of the commands on every page."""
    with RestServer("-m", "uvicorn", "--port", "PORT", "lambda_app.app:app") as server:
        for page in readme.PAGES:
            text = page.read_text()
            before = failing(text)
            if page.name == "README.md" and (shown := function()):
                text = FIRST.sub(lambda _: shown, text, count=1)
            text = readme.refreshed(text)
            text = readme.refreshed(text, "docker", lambda command: without_docker(command, server.url))
            if new := failing(text).keys() - before.keys():
                raise Refused(f"`{min(new)}` of {page.name} fails: {failing(text)[min(new)]}")
            page.write_text(text)


def failing(text: str) -> dict[str, str]:
    """Return the last line that each command of a page prints which fails."""
    commands = [*readme.commands(text), *readme.commands(text, "docker")]
    return {command.text: command.output.splitlines()[-1] for command in commands if FAILURE.search(command.output)}


def check() -> None:
    """Look whether the examples can be what people should see. Raises Refused."""
    lint = [sys.executable, "-m", "ruff", "check", "--quiet", "--output-format", "concise", "."]
    findings = subprocess.run(lint, cwd=ROOT, capture_output=True, text=True, check=False)
    if findings.returncode:
        raise Refused(f"the linter has a finding: {(findings.stdout + findings.stderr).splitlines()[0]}")
    get_settings()
    first, second = document(ENDPOINT.request, 0), document(ENDPOINT.request, 1)
    for request in [first] if first == second else [first, second]:
        if complaint := ask(request).complaint:
            raise Refused(complaint)


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """Write again what was in the files, where what is done in between fails."""
    before = {path: path.read_bytes() for path in (*readme.PAGES, OPENAPI, *EVENTS.iterdir())}
    try:
        yield
    except BaseException:
        for path, content in before.items():
            path.write_bytes(content)
        raise


def main() -> int:
    """Write all that speaks of the function, and return 0; or nothing, and say why."""
    try:
        check()
        with all_or_nothing():
            write_events()
            write_messages()
            OPENAPI.write_text(dump(app.openapi()))
            write_pages()
    except (NoSample, Refused, RuntimeError, SettingsError) as error:
        print(f"make examples: nothing was written: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
