"""docs/functions.md: its example with a database, behind every door."""

import os
import re
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from processes import ROOT, LambdaRuntime, RestServer, terminal
from starlette.testclient import TestClient

from lambda_app.rest.application import Application
from lambda_app.settings import get_settings
from tests.events import event, failures, sqs

BLOCKS = re.findall(
    r"^```python\n# (lambda_app/\S+)\n(.*?)^```", (ROOT / "docs/functions.md").read_text(), re.MULTILINE | re.DOTALL
)
HTTP_HANDLER, EVENTS_HANDLER = (f"lambda_app.aws_lambda.{name}.handler" for name in ("http", "events"))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the package as a person has it who copies the example."""
    folder = tmp_path_factory.mktemp("example")
    shutil.copytree(ROOT / "lambda_app", folder / "lambda_app", ignore=shutil.ignore_patterns("__pycache__"))
    assert [name for name, _ in BLOCKS] == [f"lambda_app/{name}.py" for name in ("settings", "process", "endpoints")]
    for name, text in BLOCKS:
        (folder / name).write_text(text)
    shutil.copy(ROOT / "tests/project/plain/app.py", folder / "lambda_app")
    return folder


@pytest.fixture
def variables(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the environment of the example's processes."""
    for name in list(os.environ):
        if name.startswith("COV"):  # the copy is not what is measured
            monkeypatch.delenv(name)
    monkeypatch.chdir(package)  # where `python -m` looks first
    return {"PYTHONPATH": str(package), "DATABASE": str(tmp_path / "messages.sqlite")}


def count(variables: dict[str, str], message: str) -> int:
    """Return how often a message is in the database."""
    with closing(sqlite3.connect(variables["DATABASE"])) as database:
        (times,) = database.execute("SELECT times FROM seen WHERE message = ?", (message,)).fetchone()
    return int(times)


def test_the_terminal_opens_the_database_for_a_message_and_for_many(variables: dict[str, str]) -> None:
    ended = [terminal(["hello"], env=variables) for _ in range(2)]
    assert [(each.returncode, each.stdout, each.stderr) for each in ended] == [(0, b"1\n", b""), (0, b"2\n", b"")]
    many = terminal(["--jsonl"], b'{"message": "hello"}\n' * 3, env=variables)
    assert (many.returncode, many.stdout) == (0, b'{"times":3}\n{"times":4}\n{"times":5}\n')


def test_uvicorn_opens_it_once_for_all_of_its_threads(variables: dict[str, str]) -> None:
    with RestServer("-m", "uvicorn", "--port", "PORT", "lambda_app.app:app", env=variables) as server:
        answers = [server.post(b'{"message": "hello"}', "/count").json() for _ in range(3)]
        lines = server.post(b'{"message": "hello"}\n' * 300, "/count/batch").text.splitlines()
    assert answers == [{"times": 1}, {"times": 2}, {"times": 3}]
    assert lines == [f'{{"times":{number}}}' for number in range(4, 304)]


def body(answer: Any) -> Any:
    return answer.document["body"]


def test_both_lambda_handlers_open_it_before_the_first_event(variables: dict[str, str]) -> None:
    message = '{"message": "hello"}'
    request = event("http_api", body=message)
    request["requestContext"]["http"]["path"] = request["rawPath"] = "/count"
    with LambdaRuntime(HTTP_HANDLER, variables) as runtime:
        assert body(runtime.invoke(request)) == '{"times":1}'
        assert runtime.invoke({"message": "hello"}).document == {"times": 2}
        assert body(runtime.invoke({"body": message})) == '{"times":3}'
    with LambdaRuntime(EVENTS_HANDLER, variables) as runtime:
        assert runtime.invoke({"message": "hello"}).document == {"times": 4}
        assert runtime.invoke(sqs(message, "{}", message)).document == failures(1)
    assert count(variables, "hello") == 6


@pytest.mark.parametrize("handler", [HTTP_HANDLER, EVENTS_HANDLER])
def test_a_snapshot_holds_no_database_and_its_restore_opens_one(
    handler: str, variables: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "of-the-restored"

    class Restore:
        """Makes the folder of the database when the runtime client waits to be restored."""

        def wait(self, _: float) -> None:
            folder.mkdir()

    env = {
        **variables,
        "DATABASE": str(folder / "messages.sqlite"),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
    }
    runtime = LambdaRuntime("", env)
    runtime.command = [sys.executable, "-m", "lambda_app.serve", handler]
    runtime.restore = Restore()  # type: ignore[assignment]  # (all that is asked of it)
    with runtime:
        assert runtime.invoke({"message": "hello"}).document == {"times": 1}
        assert runtime.invoke({"message": "hello"}).document == {"times": 2}


def test_a_route_learns_who_called(monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs/functions.md").read_text()
    (example,) = [
        text for text in re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL) if "rest.caller" in text
    ]
    app = Application({})
    exec(example, {"app": app, "orders_of": lambda name: [f"an order of {name}"]})  # noqa: S102 (the page's example)
    assert TestClient(app).get("/orders").status_code == 401
    monkeypatch.setenv("API_KEYS", "billing:abc")
    get_settings.cache_clear()
    with TestClient(app) as client:
        answer = client.get("/orders", headers={"authorization": "Bearer abc"})
    assert (answer.status_code, answer.json()) == (200, ["an order of billing"])
