"""The REST door as a process: start, shut-down, and clients that misbehave."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
import requests
from processes import RestServer, environment

from lambda_app.rest import server as rest_server
from tests.rest.held import Calls

UVICORN = ("-m", "uvicorn", "--port", "PORT", "tests.rest.held:app")
HELD = (*UVICORN, "--http", "lambda_app.rest.protocol:BoundedProtocol")
NOT_HELD = b'{"held": false}'
UNFINISHED = b"POST /process HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 100\r\n\r\n"


def started(port: int) -> socket.socket:
    """Return a connection whose request has reached the application, which waits for its body."""
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(UNFINISHED)
    assert client.recv(100).startswith(b"HTTP/1.1 100 ")
    return client


def whole_answer(client: socket.socket) -> bytes:
    """Return what the server sends until it closes the connection."""
    answer = b""
    with client:
        while part := client.recv(65_536):
            answer += part
    return answer


def lines(log: bytes) -> list[dict[str, Any]]:
    """Return the lines of a log in JSON, without those that uvicorn's own command writes before the start-up."""
    return [json.loads(line) for line in log.splitlines() if not line.startswith(b"INFO:     ")]


def test_the_command_of_the_image_serves_http_in_as_many_processes_as_it_is_told_and_says_so() -> None:
    with RestServer("-m", "lambda_app.serve", env={"WEB_CONCURRENCY": "2"}) as server:
        assert {server.post(b"{}", "/nowhere").status_code for _ in range(10)} == {404}
    first, *others = lines(server.log)
    assert (first["logger"], first["door"]) == ("uvicorn.error", "rest")
    assert first["message"] == f"Uvicorn running on http://127.0.0.1:{server.port} (Press CTRL+C to quit)"
    assert sum(line["message"].startswith("Started server process ") for line in others) == 2
    assert sum(line["message"].startswith("POST /nowhere 404 ") for line in others) == 10


def test_the_command_of_the_image_logs_text_where_it_is_told_to() -> None:
    with RestServer("-m", "lambda_app.serve", env={"LOG_FORMAT": "text"}) as server:
        assert server.post(b"{}", "/nowhere", x_request_id="the-id").status_code == 404
    log = server.log.decode().splitlines()
    assert log[0] == f"lambda_app: the REST API on http://127.0.0.1:{server.port}"
    assert [line.split()[2:-2] for line in log if "the-id" in line] == [
        ["INFO", "the-id", "lambda_app.rest.request_log:", "POST", "/nowhere", "404"]
    ]
    assert [line.split()[2:5] for line in log if "Application startup complete." in line] == [
        ["INFO", "-", "uvicorn.error:"]
    ]


@pytest.mark.parametrize("command", [("-m", "lambda_app.serve"), UVICORN], ids=["the image's command", "uvicorn's"])
def test_on_sigterm_a_server_serves_on_while_it_is_not_ready(command: tuple[str, ...]) -> None:
    with RestServer(*command, env={"DRAIN_SECONDS": "2"}) as server:
        assert requests.get(f"{server.url}/ready", timeout=5).status_code == 200
        server.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 5
        while (answer := requests.get(f"{server.url}/ready", timeout=5)).status_code == 200:
            assert time.monotonic() < deadline
        assert (answer.status_code, answer.json()["detail"]) == (503, "The server is about to shut down.")
        assert requests.get(f"{server.url}/health", timeout=5).status_code == 200
        assert server.process.wait(20) in (0, -signal.SIGTERM)


@pytest.mark.parametrize(
    ("command", "variables"),
    [(("-m", "lambda_app.serve"), {}), (UVICORN, {"UVICORN_HTTP": "lambda_app.rest.protocol:BoundedProtocol"})],
    ids=["the image's command", "uvicorn's"],
)
def test_a_server_is_bounded_and_answers_among_connections_that_send_nothing(
    command: tuple[str, ...], variables: dict[str, str]
) -> None:
    bounds = {"MAX_CONNECTIONS": "20", "MAX_HEADER_BYTES": "2000", **variables}
    with RestServer(*command, env=bounds) as server, ExitStack() as flood:
        for _ in range(100):
            flood.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        assert requests.get(f"{server.url}/health", timeout=5).status_code == 200
        refused = requests.get(f"{server.url}/health", headers={"x-large": "a" * 2000}, timeout=5)
        assert (refused.status_code, refused.json()["detail"]) == (
            431,
            "The request line and header fields exceed 2,000 bytes.",
        )
    (line,) = [line for line in lines(server.log) if line["logger"] == "lambda_app.rest.refusal"]
    assert line == {
        "timestamp": line["timestamp"],
        "level": "INFO",
        "logger": "lambda_app.rest.refusal",
        "message": f"refused: 431 {refused.json()['detail']}",
        "requestId": refused.headers["x-request-id"],
        "door": "rest",
        "status": 431,
        "errorCode": "RequestHeaderFieldsTooLarge",
    }


@pytest.mark.parametrize(
    ("command", "status"), [(("-m", "lambda_app.serve"), 1), (("-m", "uvicorn", "lambda_app.app:app"), 3)]
)
def test_a_wrong_setting_ends_the_start_with_its_name_and_without_a_trace(
    command: tuple[str, ...], status: int
) -> None:
    ended = subprocess.run(
        [sys.executable, *command],
        env=environment({"MAX_BODY_BYTES": "many"}),
        capture_output=True,
        check=False,
        timeout=30,
    )
    lines = [line for line in ended.stderr.decode().splitlines() if "MAX_BODY_BYTES" in line]
    assert (ended.returncode, len(lines)) == (status, 1)
    assert "lambda_app: error: MAX_BODY_BYTES" in lines[0]
    assert b"Traceback" not in ended.stderr


def test_sigterm_finishes_what_is_in_flight_and_what_waits_for_a_thread_while_health_answers() -> None:
    with Calls() as calls, RestServer(*HELD, env={"PROCESS_THREADS": "4", **calls.environment}) as server:
        clients = [started(server.port) for _ in range(20)]
        for client in clients:
            client.sendall(b"{}".ljust(100))
        first = [calls.wait() for _ in range(4)]
        assert requests.get(f"{server.url}/health", timeout=5).status_code == 200
        server.process.send_signal(signal.SIGTERM)
        for call in first:
            call.close()
        for _ in range(16):
            calls.wait().close()
        answers = [whole_answer(client) for client in clients]
        assert [answer.partition(b"\r\n")[0] for answer in answers] == [b"HTTP/1.1 200 OK"] * 20
        assert {answer.rpartition(b"\r\n")[2] for answer in answers} == {b'{"held":true}'}
        assert server.stop() == -signal.SIGTERM


def test_a_slow_function_does_not_hold_up_the_others() -> None:
    with Calls() as calls, RestServer(*HELD, env=calls.environment) as server, ThreadPoolExecutor(1) as pool:
        slow = pool.submit(server.post, b"{}")
        call = calls.wait()
        assert server.post(NOT_HELD).json() == {"held": False}
        assert not slow.done()
        call.close()
        assert slow.result().json() == {"held": True}


def test_what_the_application_refuses_early_is_answered_to_a_client_that_still_sends() -> None:
    with RestServer(*HELD) as server:
        answers = [server.post(b" " * 5_000_000, content_type=name) for name in ("application/json", "text/plain")]
        assert [answer.status_code for answer in answers] == [413, 413]
        assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}
        assert server.post(NOT_HELD).json() == {"held": False}


def test_a_client_that_breaks_off_does_not_disturb_the_next() -> None:
    with RestServer(*HELD) as server:
        started(server.port).close()
        assert server.post(NOT_HELD).json() == {"held": False}
    assert b"POST /process 400" in server.log
    assert b"Traceback" not in server.log


def test_what_outlasts_the_grace_period_is_answered_503_and_not_waited_for() -> None:
    grace = ("--timeout-graceful-shutdown", "1")
    with (
        Calls() as calls,
        RestServer(*HELD, *grace, env=calls.environment) as server,
        ThreadPoolExecutor(1) as pool,
    ):
        function = pool.submit(server.post, b"{}")
        calls.wait()
        client = started(server.port)
        status = server.stop()
        unread = whole_answer(client)
    assert (function.result().status_code, status) == (503, -signal.SIGTERM)
    assert unread.startswith(b"HTTP/1.1 503 ")
    assert b'{"type":"about:blank","title":"Service Unavailable","status":503}' in unread


@pytest.mark.parametrize(
    ("form", "said"), [("json", ""), ("text", "lambda_app: the REST API on http://0.0.0.0:8000\n")]
)
def test_the_command_ends_where_uvicorn_returns(
    form: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ended: list[int] = []
    monkeypatch.setenv("LOG_FORMAT", form)
    monkeypatch.setattr("uvicorn.run", lambda *_, **__: None)
    monkeypatch.setattr(os, "_exit", ended.append)
    rest_server.serve("lambda_app.app:app")
    assert (ended, capsys.readouterr().err) == ([0], said)
