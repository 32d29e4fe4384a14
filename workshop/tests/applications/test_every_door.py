"""The applications give the same answers, and refuse the same inputs, through every door."""

import json
from collections.abc import Iterator
from pathlib import Path

import openapi_spec_validator
import pytest
from processes import LambdaRuntime
from processes import terminal as terminal_process

from workshop.tests.applications.application import Case, Subject
from workshop.tests.applications.checks import (
    Ended,
    check_lines,
    check_reply,
    comparable,
    endpoint_option,
    lines,
    post,
)
from workshop.tests.applications.doors import DOORS, DOORS_FOR_MANY, Check, CheckMany, bare_body, terminal
from workshop.tests.applications.tables import SUBJECTS
from workshop.tests.applications.web import PROBLEM, http_event, reply

OPENED = [
    (subject, door)
    for subject in SUBJECTS
    for door in DOORS
    if not subject.headers or door is not bare_body  # which cannot carry any
]
OPENED_FOR_MANY = [(subject, door) for subject in SUBJECTS for door in DOORS_FOR_MANY]
APPLICATIONS = list({subject.name: subject for subject in SUBJECTS}.values())
EVERY_APPLICATION = pytest.mark.parametrize("subject", APPLICATIONS, ids=[subject.name for subject in APPLICATIONS])


@pytest.fixture(scope="module")
def check(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Check | CheckMany]:
    """Open a door of an application."""
    subject, door = request.param
    with subject.surroundings(tmp_path_factory.mktemp(subject.name)), door(subject) as check:
        yield check


INPUTS = [
    pytest.param(opened, case, id=f"{opened[0].title} {opened[1].__name__} {case.name}")
    for opened in OPENED
    for case in opened[0].table
    if case.is_typed or opened[1] is not terminal
]


@pytest.mark.parametrize(("check", "case"), INPUTS, indirect=["check"], scope="module")
def test_every_door_gives_the_same(check: Check, case: Case) -> None:
    check(case)


@pytest.mark.parametrize(
    ("check", "subject"),
    [pytest.param(opened, opened[0], id=f"{opened[0].title} {opened[1].__name__}") for opened in OPENED_FOR_MANY],
    indirect=["check"],
    scope="module",
)
def test_every_door_for_many_gives_the_same(check: CheckMany, subject: Subject) -> None:
    check(subject.table)


@EVERY_APPLICATION
def test_its_processes_give_the_same(subject: Subject, tmp_path: Path) -> None:
    answered = subject.table[0]
    refused = next(case for case in subject.table if case.expected.status != 200)
    with (
        subject.surroundings(tmp_path) as variables,
        # It starts while the command runs.
        LambdaRuntime("workshop.tests.applications.handler.handler", env=variables) as runtime,
    ):
        options = [*endpoint_option(subject), "--jsonl"]
        ended = terminal_process(options, lines(subject.table), module="workshop.tests.applications", env=variables)
        check_lines(Ended(ended.returncode, ended.stdout, ended.stderr.decode()), subject.table)
        for case in (answered, refused):
            http = runtime.invoke(http_event("function_url", post(subject, case)))
            assert http.kind == "response"
            check_reply(reply(http.document), case)
        assert runtime.invoke(answered.document) == ("response", answered.expected.document)
        kind, raised = runtime.invoke(refused.document)
        assert (kind, raised["errorType"]) == ("error", refused.expected.error)
        assert comparable(json.loads(raised["errorMessage"])) == refused.expected.document


@EVERY_APPLICATION
def test_its_openapi_is_valid_and_names_every_problem(subject: Subject) -> None:
    document = subject.app.openapi()
    openapi_spec_validator.validate(document)
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    problems = [
        [response for status, response in operation["responses"].items() if status == "default" or status >= "400"]
        for operation in operations
    ]
    assert all(problems)
    assert all([*response["content"]] == [PROBLEM] for found in problems for response in found)
    assert "HTTPValidationError" not in document["components"]["schemas"]


@EVERY_APPLICATION
def test_its_openapi_lists_the_refusals_of_the_function(subject: Subject) -> None:
    for name, endpoint in subject.endpoints.items():
        listed = subject.app.openapi()["paths"][f"/{name}"]["post"]["responses"]
        assert {str(refusal.status) for refusal in endpoint.refuses} <= set(listed)
