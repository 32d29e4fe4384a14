"""`make examples`: write aws_lambda_events, openapi.json and README.md's output again, from the function as it is.

The envelopes in aws_lambda_events are kept: only the documents in them, and the answers beside them, are replaced.
"""

import base64
import hashlib
import inspect
import json
import logging
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import readme
from processes import ROOT, Answer, LambdaRuntime, RestServer, terminal
from pydantic import BaseModel
from sample import document, message_field

from lambda_app.app import app
from lambda_app.endpoint import ENDPOINT
from lambda_app.problem import Problem
from lambda_app.process import process

EVENTS = ROOT / "aws_lambda_events"
REQUEST_ID = "<request id>"

Event = dict[str, Any]


def dump(value: object) -> str:
    """Return a value as it stands in a file."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def recorded(answer: Answer) -> Any:  # noqa: ANN401 (any JSON value)
    """Return an answer without what differs from one invocation to the next."""
    if answer.kind != "response":
        return {name: answer.document[name] for name in ("errorType", "errorMessage")}
    return json.loads(re.sub(r'("x-request-id": \[?)"[0-9a-f]{32}"', rf'\1"{REQUEST_ID}"', json.dumps(answer.document)))


def put_body(event: Event, text: str) -> None:
    """Put a body into an HTTP event, or a bare one."""
    event["body"] = base64.b64encode(text.encode()).decode() if event.get("isBase64Encoded") else text
    for headers in (event.get("headers") or {}, event.get("multiValueHeaders") or {}):
        for name in headers:
            if name.lower() == "content-length":
                length = str(len(text.encode()))
                headers[name] = [length] if isinstance(headers[name], list) else length


def put_records(event: Event, texts: Iterable[str]) -> None:
    """Put a text into each record of a queue, a stream or a topic."""
    for record, text in zip(event["Records"], texts, strict=True):
        match record:
            case {"eventSource": "aws:sqs"}:
                md5 = hashlib.md5(text.encode(), usedforsecurity=False)
                record.update(body=text, md5OfBody=md5.hexdigest())
            case {"eventSource": "aws:kinesis"}:
                record["kinesis"]["data"] = base64.b64encode(text.encode()).decode()
            case _:
                record["Sns"]["Message"] = text


def fillers(model: type[BaseModel]) -> dict[str, Callable[[Event], object]]:
    """Return how each event is filled; an event that is not here carries no document."""
    good = document(model, 1)
    first_field = next(iter(good), "message")
    text = message_field(model)
    empty = {**good, text: ""} if text else {**good, first_field: None}
    missing = {name: value for name, value in good.items() if name != first_field}
    other = document(model, 0)

    def body(value: object) -> Callable[[Event], None]:
        return lambda event: put_body(event, value if isinstance(value, str) else json.dumps(value))

    def records(*values: object) -> Callable[[Event], None]:
        return lambda event: put_records(event, [json.dumps(value) for value in values])

    http = (
        *("alb", "alb_multi_value", "bare_body_base64", "event", "function_url", "function_url_base64", "http_api"),
        *("http_api_payload_1", "http_api_stage", "rest_api"),
    )
    return {
        **{name: body(good) for name in http},
        "http_api_batch": body(f"{json.dumps(good)}\n{json.dumps(missing)}\n{json.dumps(other)}\n"),
        "no_message": body(missing),
        "empty_message": body(empty),
        "not_json": body("hello world"),
        "direct": lambda event: event.update(good),
        "direct_no_message": lambda event: event.update(missing),
        "eventbridge": lambda event: event.update(detail=good),
        "sns": records(good),
        "sqs": records(good, other),
        "sqs_partial_failure": records(good, missing, other),
        "sqs_fifo": records(missing, good, other),
        "kinesis": records(good, missing, other),
    }


def write_messages(directory: Path = EVENTS) -> None:
    """Write JSON Lines, and the answers of the real command."""
    event = {"body": ""}
    fillers(ENDPOINT.request)["http_api_batch"](event)
    (directory / "messages.jsonl").write_text(event["body"])
    (directory / "messages.answer.jsonl").write_bytes(terminal(["--jsonl"], event["body"].encode()).stdout)


def write_events(directory: Path = EVENTS) -> None:
    """Fill the events and record their answers, as the real runtime client gives them."""
    fill = fillers(ENDPOINT.request)
    with LambdaRuntime("lambda_app.aws_lambda.handler") as runtime:
        for path in sorted(directory.glob("*.json")):
            if path.name.endswith(".answer.json"):
                continue
            event = json.loads(path.read_text())
            if path.stem in {"direct", "direct_no_message"}:
                event = {}
            if path.stem in fill:
                fill[path.stem](event)
            path.write_text(dump(event))
            path.with_suffix(".answer.json").write_text(dump(recorded(runtime.invoke(event))))


def without_docker(command: str, url: str) -> str | None:
    """Return a command that prints what one that needs Docker prints; `url` is where the application is served."""
    if "docker run" in command:
        return re.sub(r"docker run .*?lambda_app (?=python )", "", command)
    if "/process" in command:
        return re.sub(r"http://127.0.0.1:\d+", url, command)
    if event := re.search(r"sam local invoke .*--event (\S+)\.json", command):
        return f"python -m json.tool {event[1]}.answer.json"
    if "/invocations" in command or "cat /tmp/answer.json" in command:
        return """python -c 'import json; print(json.dumps(json.load(open("aws_lambda_events/direct.answer.json"))))'"""
    return None


def function() -> str:
    """Return the function as the README shows it first: without its docstring."""
    return re.sub(r'\n +""".*?"""\n', "\n", inspect.getsource(process), count=1, flags=re.DOTALL)


def write_readme(page: Path = ROOT / "README.md") -> None:
    """Write the function and the output of the README's commands."""
    block = re.compile(r"(?<=```python\n)def process\(.*?(?=```)", re.DOTALL)
    text = readme.refreshed(block.sub(lambda _: function(), page.read_text(), count=1))
    with RestServer("-m", "uvicorn", "--port", "PORT", "lambda_app.app:app") as server:
        page.write_text(readme.refreshed(text, "docker", lambda command: without_docker(command, server.url)))


def check() -> None:
    """Answer the documents that the examples are made of; exits where there is no answer to one."""
    logging.basicConfig()
    for number in (0, 1):
        request = document(ENDPOINT.request, number)
        try:
            ENDPOINT.answer(request)
        except Problem as problem:
            sys.exit(
                f"make examples: nothing was written, for there is no answer to {json.dumps(request)}: {problem.line}"
            )


def main() -> None:
    """Write all that speaks of the function."""
    check()
    write_events()
    write_messages()
    (ROOT / "openapi.json").write_text(dump(app.openapi()))
    write_readme()


if __name__ == "__main__":
    main()
