"""The three doors as real processes: a terminal command, a uvicorn server, and AWS's Lambda runtime client."""

import json
import os
import queue
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import requests

ROOT = Path(__file__).parent.parent
START_SECONDS = 30
ANSWER_SECONDS = 30
PAYLOAD_BYTES = 6_291_556  # of an answer, which Lambda takes


def environment(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment, with changes, for one that imports what is in this checkout."""
    return {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'scripts'}", **(changes or {})}


def terminal(
    arguments: Sequence[str | bytes],
    stdin: bytes = b"",
    *,
    module: str = "lambda_app",
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run the command to its end."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(
        command, input=stdin, capture_output=True, env=environment(env), timeout=ANSWER_SECONDS, check=False
    )


class RestServer:
    """A server process, from its first answer to its clean end; `command` is told its port by PORT."""

    def __init__(self, *command: str, env: Mapping[str, str] | None = None) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.command = [sys.executable, *(part.replace("PORT", str(self.port)) for part in command)]
        self.environment = environment({"HOST": "127.0.0.1", "PORT": str(self.port), **(env or {})})
        self.log = b""

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(self.command, stderr=subprocess.PIPE, env=self.environment)
        self.reader = threading.Thread(target=self._read_log)
        self.reader.start()
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                requests.get(f"{self.url}/health", timeout=1)
            except requests.ConnectionError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    self.__exit__(None, None, None)
                    raise RuntimeError(f"{shlex.join(self.command)} does not serve: {self.log.decode()}") from None
                time.sleep(0.05)
            else:
                return self

    def _read_log(self) -> None:
        assert self.process.stderr is not None  # noqa: S101 (for the type checker)
        with self.process.stderr as stderr:
            self.log = stderr.read()

    def post(self, body: bytes, path: str = "/process", **headers: str) -> requests.Response:
        """Post a body; a header's underscores stand for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.post(f"{self.url}{path}", body, headers=named, timeout=ANSWER_SECONDS)

    def stop(self) -> int:
        """Ask the server to end, as an orchestrator does, and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(ANSWER_SECONDS)
        self.reader.join()
        return status

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class Answer(NamedTuple):
    """What the runtime client posted for an invocation: `response`, or `error`, and its document; `end` of itself."""

    kind: str
    document: Any


class RuntimeApi(ThreadingHTTPServer):
    """Serves the runtime client, whose connection breaks when it is killed while it waits for the next invocation."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that is gone needs no answer, and one that lives reports what is wrong."""


class LambdaRuntime:
    """AWS's runtime client, served by a stand-in of the Runtime API (Lambda's developer guide, "Lambda runtime API").

    It is the real client, in a process of its own: what it cannot decode or encode fails here as it does in Lambda.
    """

    def __init__(self, handler: str, env: Mapping[str, str] | None = None) -> None:
        self.invocations: queue.Queue[tuple[bytes, int] | None] = queue.Queue()
        self.answers: queue.Queue[Answer] = queue.Queue()
        self.calls: list[str] = []
        self.restore = threading.Event()
        self.server = RuntimeApi(("127.0.0.1", 0), self._request_handler())
        address = f"127.0.0.1:{self.server.server_address[1]}"
        self.command = [sys.executable, "-m", "awslambdaric", handler]
        # The function's name and size are in every environment of Lambda's, and the client reads them.
        lambda_environment = {
            "AWS_LAMBDA_RUNTIME_API": address,
            "AWS_LAMBDA_FUNCTION_NAME": "lambda_app",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        }
        self.environment = environment({**lambda_environment, **(env or {})})

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self.environment
        )
        self.reader = threading.Thread(target=self._read_log)
        self.reader.start()
        return self

    def _read_log(self) -> None:
        assert self.process.stdout is not None  # noqa: S101 (for the type checker)
        with self.process.stdout as stdout:
            self.log = stdout.read()
        self.answers.put(Answer("end", None))

    def invoke(self, event: Any, *, milliseconds: int = 30_000) -> Answer:  # noqa: ANN401 (any JSON value)
        """Invoke the function with an event (bytes as they are, all else as JSON) that it has so long to answer.

        Raises RuntimeError, with what the client has logged, where it ends instead.
        """
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        self.invocations.put((body, milliseconds))
        answer = self.answers.get(timeout=ANSWER_SECONDS)
        if answer.kind == "end":
            raise RuntimeError(f"{shlex.join(self.command)} ends: {self.log.decode()}")
        return answer

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Without an answer to its question for the next invocation, the client ends.
        self.server.shutdown()
        self.server.server_close()
        self.invocations.put(None)
        try:
            self.process.wait(ANSWER_SECONDS)
        finally:
            self.process.kill()
            self.reader.join()

    def _request_handler(self) -> type[BaseHTTPRequestHandler]:
        runtime = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # which would hold back an event's second packet

            def do_GET(self) -> None:
                name = self.path.rsplit("/runtime/", 1)[1]
                runtime.calls.append(name)
                if name == "restore/next":
                    runtime.restore.wait(ANSWER_SECONDS)
                    self._reply(200, b"")
                    return
                if (invocation := runtime.invocations.get()) is None:
                    self.close_connection = True
                    return
                event, milliseconds = invocation
                headers = {
                    "Content-Type": "application/json",
                    "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                    "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + milliseconds),
                    "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:123456789012:function:lambda_app",
                }
                self._reply(200, event, headers)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if len(body) > PAYLOAD_BYTES:
                    self._reply(413, b"{}")  # which ends the client, as in Lambda
                    return
                document = json.loads(body)
                runtime.calls.append(self.path.rsplit("/runtime/", 1)[1])
                runtime.answers.put(Answer(self.path.rsplit("/", 1)[1], document))
                self._reply(202, b"")

            def _reply(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
                self.send_response(status)
                for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing: the client's own output is what matters."""

        return Handler
