"""The image's default command, and the REST door as a process."""

import os
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from processes import LambdaRuntime, RestServer, terminal

from lambda_app import server as command

SERVER = ("-m", "lambda_app.server")


def test_outside_of_lambda_it_serves_http_and_says_so() -> None:
    with RestServer(*SERVER) as server:
        assert requests.get(f"{server.url}/health", timeout=5).json()["status"] == "ok"
    assert server.log.startswith(f"lambda_app: the REST API on http://127.0.0.1:{server.port}\n".encode())
    assert re.search(rb"INFO [0-9a-f]{32} lambda_app.app: GET /health 200 ", server.log)


def test_where_lambda_starts_it_it_serves_invocations_and_says_so() -> None:
    runtime = LambdaRuntime("")
    runtime.command[1:] = ["-m", "lambda_app.server"]
    with runtime:
        assert runtime.invoke({"Records": []}).document["errorType"] == "UnsupportedEvent"
        assert runtime.invoke({"body": ""}).document["statusCode"] == 400
    assert runtime.log.startswith(b"lambda_app: the Lambda function lambda_app.aws_lambda.handler\n")
    assert b"POST /process" not in runtime.log  # which Lambda's own logging leaves out, unless it is told otherwise


def test_another_handler_can_be_named() -> None:
    runtime = LambdaRuntime("")
    runtime.command[1:] = ["-m", "lambda_app.server", "lambda_app.events.handler"]
    with runtime:
        answer = runtime.invoke({"body": "{}"})
    assert answer.document["errorMessage"] == "This function does not serve a bare HTTP body"


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("PORT", "http", "PORT must be a whole number from 1 to 65535"),
        ("PORT", "65536", "PORT must be a whole number from 1 to 65535"),
        ("WEB_CONCURRENCY", "0", "WEB_CONCURRENCY must be a whole number from 1 to 1000"),
        ("SHUTDOWN_TIMEOUT", "soon", "SHUTDOWN_TIMEOUT must be a whole number from 1 to 3600"),
    ],
)
def test_a_setting_that_is_none_is_named_in_one_line(name: str, value: str, error: str) -> None:
    ended = terminal([], module="lambda_app.server", env={name: value})
    assert ended.returncode == 1
    assert ended.stderr.decode() == f"lambda_app: error: {error}\n"


def test_two_processes_serve_one_port() -> None:
    with RestServer(*SERVER, env={"WEB_CONCURRENCY": "2"}) as server:
        answers = {server.post(b"{}").status_code for _ in range(10)}
    assert answers == {422}


def test_sigterm_finishes_what_is_in_flight_while_health_answers() -> None:
    def slow(_: int) -> int:
        return server.post(b'{"message": "sleep"}').status_code

    with RestServer("-m", "uvicorn", "--port", "PORT", "tests.echo:app", env={"PROCESS_THREADS": "4"}) as server:
        with ThreadPoolExecutor(20) as pool:
            answers = [pool.submit(slow, number) for number in range(20)]
            time.sleep(0.7)
            healthy = requests.get(f"{server.url}/health", timeout=0.5).status_code
            status = server.stop()
        assert [answer.result() for answer in answers] == [200] * 20
    assert (healthy, status) == (200, -15)


def test_what_the_application_refuses_early_is_answered_to_a_client_that_still_sends() -> None:
    with RestServer("-m", "uvicorn", "--port", "PORT", "tests.echo:app") as server:
        answers = [server.post(b" " * 5_000_000, content_type=name) for name in ("application/json", "text/plain")]
        assert [answer.status_code for answer in answers] == [413, 415]
        assert server.post(b'{"message": "a"}').json() == {"message": "a"}


def test_a_client_that_breaks_off_does_not_disturb_the_next() -> None:
    with RestServer("-m", "uvicorn", "--port", "PORT", "tests.echo:app") as server:
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(b"POST /process HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{")
            time.sleep(0.2)
        assert server.post(b'{"message": "a"}').json() == {"message": "a"}
    assert b"POST /process 400" in server.log
    assert b"Traceback" not in server.log


def test_a_slow_function_does_not_hold_up_the_others() -> None:
    with RestServer("-m", "uvicorn", "--port", "PORT", "tests.echo:app") as server:
        slow = threading.Thread(target=server.post, args=(b'{"message": "sleep"}',))
        slow.start()
        time.sleep(0.1)
        assert server.post(b'{"message": "a"}').json() == {"message": "a"}
        assert slow.is_alive()
        slow.join()


def test_a_handler_that_cannot_be_imported_is_reported_as_lambda_expects() -> None:
    runtime = LambdaRuntime("")
    runtime.command[1:] = ["-m", "lambda_app.server", "lambda_app.nowhere.handler"]
    with runtime:
        kind, error = runtime.answers.get(timeout=30)
    assert (kind, error["errorType"]) == ("error", "Runtime.ImportModuleError")
    assert runtime.calls == ["init/error"]


@pytest.mark.parametrize("handler", ["tests.restored_lambda.handler", "tests.restored_lambda.events_handler"])
def test_a_snapshot_is_taken_after_the_work_of_a_first_request_and_restored_with_new_seeds(handler: str) -> None:
    runtime = LambdaRuntime("", env={"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"})
    runtime.command[1:] = ["-m", "lambda_app.server", handler]
    with runtime:
        runtime.restore.set()
        first, second = (runtime.invoke({"message": "a"}).document for _ in range(2))
    response = "invocation/8476a536-e9f4-11e8-9739-2dfe598c3fcd/response"
    assert runtime.calls[:5] == ["restore/next", *["invocation/next", response] * 2]
    assert re.findall("hook: (.*)", runtime.log.decode()) == ["before 2", "before 1", "after 1"]
    # The first call after the restore does what a warm one does: it imports nothing, and all is compiled and cached.
    assert first == second == {"imported": [], "seeded": True}


def test_a_request_that_outlasts_the_grace_period_is_answered_503() -> None:
    answers = []
    with (
        RestServer(*SERVER, env={"SHUTDOWN_TIMEOUT": "1"}) as server,
        socket.create_connection(("127.0.0.1", server.port)) as client,
    ):
        client.sendall(b"POST /process HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{")
        time.sleep(0.2)
        server.stop()
        while part := client.recv(65_536):
            answers.append(part)
    assert b"".join(answers).startswith(b"HTTP/1.1 503 ")
    assert b'{"type":"about:blank","title":"Service Unavailable","status":503}' in b"".join(answers)


def test_a_function_that_outlasts_the_grace_period_is_answered_503_and_not_waited_for() -> None:
    uvicorn = ("-m", "uvicorn", "--port", "PORT", "--timeout-graceful-shutdown", "1", "tests.echo:app")
    with RestServer(*uvicorn) as server, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(server.post, b'{"message": "outlast"}')
        time.sleep(0.3)
        stopped = time.monotonic()
        status = server.stop()
        assert time.monotonic() - stopped < 10  # of the 20 seconds that the function takes
    assert (answer.result().status_code, status) == (503, -15)


def test_the_command_ends_where_uvicorn_returns(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr("uvicorn.run", lambda *_, **__: None)
    monkeypatch.setattr(os, "_exit", ended.append)
    command.serve_rest()
    assert ended == [0]
