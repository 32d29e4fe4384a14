"""The end of a process that serves invocations."""

import os
import queue
import signal
from collections.abc import Iterator

import pytest
from processes import LambdaRuntime

from lambda_app.aws_lambda.termination import close_at_end


@pytest.fixture
def statuses(monkeypatch: pytest.MonkeyPatch) -> Iterator["queue.Queue[int]"]:
    """Return the exit statuses that the process would have ended with, as in Lambda."""
    ended: queue.Queue[int] = queue.Queue()
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    monkeypatch.setattr(os, "_exit", ended.put)
    monkeypatch.setattr("atexit.register", lambda _: None)
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)  # coverage.py may have set its own
    yield ended
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGTERM, before)


def test_sigterm_closes_and_ends_the_process(statuses: "queue.Queue[int]") -> None:
    closed: list[str] = []
    close_at_end(lambda: closed.append("closed"))
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    for number in (signal.SIGUSR1, signal.SIGTERM):  # the first of which concerns somebody else
        os.kill(os.getpid(), number)
    signal.signal(signal.SIGUSR1, before)
    assert (statuses.get(timeout=10), closed) == (143, ["closed"])


def test_what_cannot_be_closed_is_logged(statuses: "queue.Queue[int]", caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ValueError("a")

    close_at_end(fail)
    os.kill(os.getpid(), signal.SIGTERM)
    assert statuses.get(timeout=10) == 143
    assert caplog.messages == ["the resources cannot be closed"]


def test_a_handler_of_ones_own_stays_in_place(statuses: "queue.Queue[int]") -> None:
    signals: list[int] = []

    def own(number: int, _: object) -> None:
        signals.append(number)

    signal.signal(signal.SIGTERM, own)
    close_at_end(lambda: signals.append(0))
    os.kill(os.getpid(), signal.SIGTERM)
    assert (signals, statuses.empty()) == ([signal.SIGTERM], True)


def test_the_resources_are_closed_while_the_runtime_client_waits_and_a_forked_process_is_none_of_its() -> None:
    with LambdaRuntime("tests.aws_lambda.ending.handler") as runtime:
        assert runtime.invoke({}).document == {"signal": signal.SIGTERM}
        runtime.process.send_signal(signal.SIGTERM)
        assert runtime.process.wait(30) == 143
    assert runtime.log.endswith(b"closed\n")
