"""A function that refuses, and one that has a bug, seen by who reads the log and by who sits at the terminal."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from workshop.tests.applications.application import Case
from workshop.tests.applications.doors import DOORS, DOORS_FOR_MANY, Door, DoorForMany, command, json_lines, terminal
from workshop.tests.applications.tables.booking import BOOKING, TABLE

BUG = next(case for case in TABLE if case.name == "a bug")
REFUSALS = [case for case in TABLE if case.expected.exit_status == 1 and case is not BUG]
THAT_LOG = [door for door in DOORS if door is not terminal]
THAT_LOG_FOR_MANY = [door for door in DOORS_FOR_MANY if door is not json_lines]


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path) -> Iterator[None]:
    with BOOKING.surroundings(tmp_path):
        yield


def causes(records: Sequence[logging.LogRecord]) -> set[type[BaseException] | None]:
    """Return what was logged with its trace."""
    return {record.exc_info[0] for record in records if record.exc_info}


@pytest.mark.parametrize("door", THAT_LOG)
def test_every_door_logs_a_bug_with_its_trace(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    with door(BOOKING) as check:
        check(BUG)
    assert causes(caplog.records) == {ValueError}


@pytest.mark.parametrize("door", THAT_LOG_FOR_MANY)
def test_every_door_for_many_logs_a_bug_with_its_trace(door: DoorForMany, caplog: pytest.LogCaptureFixture) -> None:
    with door(BOOKING) as check:
        check(TABLE)
    assert causes(caplog.records) == {ValueError}


@pytest.mark.parametrize("door", THAT_LOG)
def test_no_door_logs_a_trace_for_a_refusal(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    with door(BOOKING) as check:
        for case in REFUSALS:
            check(case)
    assert causes(caplog.records) == set()


def test_the_terminal_shows_a_bug_in_one_line_without_its_text() -> None:
    ended = command(["hamlet", "--seat", "A3", "--buyer", "number SECRET"])
    assert (ended.status, ended.output, ended.error.count("\n")) == (1, b"", 1)
    assert "ValueError" in ended.error
    assert "SECRET" not in ended.error


def test_the_terminal_shows_the_trace_of_a_bug_on_demand() -> None:
    ended = command(["hamlet", "--seat", "A3", "--buyer", "number SECRET", "--traceback"])
    assert (ended.status, ended.output) == (1, b"")
    assert "Traceback (most recent call last)" in ended.error
    assert "int(request.buyer)  # a bug" in ended.error
    assert "ValueError: invalid literal for int() with base 10: 'number SECRET'" in ended.error


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case.name)
def test_the_terminal_shows_no_trace_of_a_refusal(case: Case) -> None:
    show, *others = case.document.values()
    options = [word for name, value in zip(("--seat", "--buyer"), others, strict=False) for word in (name, value)]
    ended = command([show, *options, "--traceback"])
    assert (ended.status, ended.error) == (1, f"lambda-app: error: {case.expected.document['detail']}\n")
