"""Every door of an application: each is opened once, and asked for every input of the table.

A door for single documents yields a function that takes a case; a door for many, one that takes the whole table.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from tempfile import TemporaryFile

import pytest
from starlette.testclient import TestClient

from lambda_app.aws_lambda.event_handler import EventHandler
from lambda_app.aws_lambda.http_handler import LambdaHandler
from lambda_app.contract.life import Life
from lambda_app.terminal.command import main
from tests.events import HTTP
from workshop.tests.applications.application import Case, Subject
from workshop.tests.applications.checks import (
    Ended,
    arguments,
    check_batch,
    check_ended,
    check_events,
    check_lines,
    check_queues,
    check_reply,
    endpoint_option,
    lines,
    post,
)
from workshop.tests.applications.loading import load
from workshop.tests.applications.web import reply, through_event, through_rest

Check = Callable[[Case], None]
CheckMany = Callable[[Sequence[Case]], None]
Door = Callable[[Subject], AbstractContextManager[Check]]
DoorForMany = Callable[[Subject], AbstractContextManager[CheckMany]]


def lambda_handler(subject: Subject) -> closing[LambdaHandler]:
    """Open the Lambda handler for everything."""
    return closing(LambdaHandler(subject.app))


def event_handler(subject: Subject) -> closing[EventHandler]:
    """Open the Lambda handler for events that are not HTTP."""
    return closing(EventHandler(subject.endpoints, Life(subject.resources)))


def command(arguments: Sequence[str], stdin: bytes = b"") -> Ended:
    """Run the command in this process, with files as its standard streams."""
    with ExitStack() as stack:
        source, output, error = (stack.enter_context(TemporaryFile("w+", encoding="utf-8")) for _ in range(3))
        source.buffer.write(stdin)
        source.seek(0)
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, stream in (("stdin", source), ("stdout", output), ("stderr", error)):
            patch.setattr(sys, name, stream)
        status = main(arguments, load)
        output.seek(0)
        error.seek(0)
        return Ended(status, output.read().encode(), error.read())


# --- one document


@contextmanager
def rest(subject: Subject) -> Iterator[Check]:
    """Send `POST /NAME` to the REST door."""
    with TestClient(subject.app) as client:
        yield lambda case: check_reply(through_rest(client)(post(subject, case)), case)


@contextmanager
def http_events(subject: Subject) -> Iterator[Check]:
    """Send `POST /NAME` as the event of every source of HTTP."""
    with lambda_handler(subject) as handler:

        def check(case: Case) -> None:
            for source in HTTP:
                check_reply(through_event(handler, source)(post(subject, case)), case)

        yield check


@contextmanager
def bare_body(subject: Subject) -> Iterator[Check]:
    """Send a body without an envelope."""
    with lambda_handler(subject) as handler:
        yield lambda case: check_reply(reply(handler({"body": json.dumps(case.document)}, None)), case)


@contextmanager
def events(subject: Subject) -> Iterator[Check]:
    """Send a direct invocation, and events of EventBridge and SNS, to the handler for everything."""
    with lambda_handler(subject) as handler:
        yield lambda case: check_events(handler, case)


@contextmanager
def events_alone(subject: Subject) -> Iterator[Check]:
    """Send the same to the handler without HTTP."""
    with event_handler(subject) as handler:
        yield lambda case: check_events(handler, case)


@contextmanager
def terminal(subject: Subject) -> Iterator[Check]:
    """Run the command, with the fields as its options."""
    yield lambda case: check_ended(command(arguments(subject, case)), case)


# --- many documents


@contextmanager
def rest_batch(subject: Subject) -> Iterator[CheckMany]:
    """Send `POST /NAME/batch` to the REST door."""
    with TestClient(subject.app) as client:
        yield lambda cases: check_batch(subject, through_rest(client), cases)


@contextmanager
def http_batch(subject: Subject) -> Iterator[CheckMany]:
    """Send `POST /NAME/batch` as an HTTP event."""
    with lambda_handler(subject) as handler:
        yield lambda cases: check_batch(subject, through_event(handler, "http_api"), cases)


@contextmanager
def queues(subject: Subject) -> Iterator[CheckMany]:
    """Send events of SQS, SQS FIFO and Kinesis to the handler for everything."""
    with lambda_handler(subject) as handler:
        yield lambda cases: check_queues(handler, cases)


@contextmanager
def queues_alone(subject: Subject) -> Iterator[CheckMany]:
    """Send the same to the handler without HTTP."""
    with event_handler(subject) as handler:
        yield lambda cases: check_queues(handler, cases)


@contextmanager
def json_lines(subject: Subject) -> Iterator[CheckMany]:
    """Run the command with `--jsonl`."""
    options = [*endpoint_option(subject), "--jsonl"]
    yield lambda cases: check_lines(command(options, lines(cases)), cases)


DOORS: Sequence[Door] = (rest, http_events, bare_body, events, events_alone, terminal)
DOORS_FOR_MANY: Sequence[DoorForMany] = (rest_batch, http_batch, queues, queues_alone, json_lines)
