"""What every door has to make of a case, each in its own form."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from tests.events import event, failures, kinesis, sns, sqs
from tests.terminal.tools import tells
from workshop.tests.applications.application import Case, Subject
from workshop.tests.applications.web import JSON, JSON_LINES, PROBLEM, Reply, Request, Send

Handler = Callable[[object, object], Any]


class Ended(NamedTuple):
    """How a command ended."""

    status: int
    output: bytes
    error: str


def post(subject: Subject, case: Case) -> Request:
    """Return the request that posts an input to its endpoint."""
    return Request("POST", subject.path, json.dumps(case.document).encode(), {"content-type": JSON, **subject.headers})


def comparable(document: Any) -> Any:
    """Return a document as it stands in the table: of a problem's errors the pointers and codes."""
    if not isinstance(document, dict) or "status" not in document or "errors" not in document:
        return document
    return {**document, "errors": [[error["pointer"], error["code"]] for error in document["errors"]]}


def check_reply(reply: Reply, case: Case) -> None:
    """Compare an HTTP answer."""
    expected = case.expected
    assert comparable(reply.document) == expected.document
    assert reply.status == expected.status
    assert reply.headers["content-type"] == (JSON if expected.status == 200 else PROBLEM)
    assert {name: reply.headers.get(name.lower()) for name in expected.headers} == expected.headers
    assert reply.headers["x-request-id"]


def check_events(handler: Handler, case: Case) -> None:
    """Compare the answers to a direct invocation, to EventBridge and to SNS, or what they raise."""
    for given in (case.document, event("eventbridge", detail=case.document), sns(json.dumps(case.document))):
        try:
            outcome = ("", handler(given, None))
        except Exception as error:  # noqa: BLE001 (Lambda answers with whatever is raised)
            outcome = (type(error).__name__, comparable(json.loads(str(error))))
        assert outcome == (case.expected.error, case.expected.document)


def check_ended(ended: Ended, case: Case) -> None:
    """Compare how a command ended that was given one document."""
    expected = case.expected
    assert ended.status == expected.exit_status
    if expected.status == 200:
        assert (json.loads(ended.output), ended.error) == (expected.document, "")
        return
    assert ended.output == b""
    assert ended.error.startswith("lambda-app: error: ")
    assert ended.error.count("\n") == 1
    said = ended.error.removeprefix("lambda-app: error: ").removesuffix("\n")
    if expected.status == 422:
        assert tells(said, (pointer for pointer, _ in expected.document["errors"]))
    elif expected.status != 500:
        assert said == expected.document.get("detail", expected.document["title"])


def check_batch(subject: Subject, send: Send, cases: Sequence[Case]) -> None:
    """Compare the lines of a batch."""
    headers = {"content-type": JSON_LINES, **subject.headers}
    answer = send(Request("POST", f"{subject.path}/batch", lines(cases), headers))
    assert (answer.status, answer.headers["content-type"]) == (200, JSON_LINES)
    assert [comparable(json.loads(line)) for line in answer.body.splitlines()] == documents(cases)


def check_queues(handler: Handler, cases: Sequence[Case]) -> None:
    """Compare which records of a batch failed."""
    failed = [number for number, case in enumerate(cases) if case.expected.status != 200]
    bodies = [json.dumps(case.document) for case in cases]
    assert handler(sqs(*bodies), None) == failures(*failed)
    assert handler(sqs(*bodies, groups=[case.name for case in cases]), None) == failures(*failed)
    unprocessed = range(failed[0], len(cases))
    assert handler(sqs(*bodies, groups=["all"] * len(cases)), None) == failures(*unprocessed)
    assert handler(kinesis(*(body.encode() for body in bodies)), None) == failures(*unprocessed)


def check_lines(ended: Ended, cases: Sequence[Case]) -> None:
    """Compare the lines of a command with `--jsonl`, and its exit status."""
    assert [comparable(json.loads(line)) for line in ended.output.splitlines()] == documents(cases)
    statuses = {case.expected.exit_status for case in cases}
    assert ended.status == (1 if 1 in statuses else max(statuses))
    assert ended.error.startswith(f"lambda-app: {len(cases)} lines: ")


def lines(cases: Sequence[Case]) -> bytes:
    """Return the inputs of a table as JSON Lines."""
    return b"".join(json.dumps(case.document).encode() + b"\n" for case in cases)


def documents(cases: Sequence[Case]) -> list[Any]:
    """Return what a table expects."""
    return [case.expected.document for case in cases]


def endpoint_option(subject: Subject) -> list[str]:
    """Return the option that chooses an endpoint, where there is more than one."""
    return ["--endpoint", subject.endpoint] if len(subject.endpoints) > 1 else []


def arguments(subject: Subject, case: Case) -> list[str]:
    """Return a command line, as a person types it for an input."""
    fields = subject.endpoints[subject.endpoint].request.model_fields
    message = next((name for name, field in fields.items() if field.is_required() and field.annotation is str), None)
    given: Mapping[str, Any] = case.document
    options = [*endpoint_option(subject), "--json"]
    for name, value in given.items():
        option = f"--{name.replace('_', '-')}"
        if name == message:
            options += [value]
        elif isinstance(value, bool):
            options += [option if value else f"--no-{option[2:]}"]
        else:
            for item in value if isinstance(value, list) else [value]:
                options += [option, item if isinstance(item, str) else json.dumps(item)]
    return options
