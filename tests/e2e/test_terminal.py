"""The terminal door of the image: `docker run --rm IMAGE python -m lambda_app`."""

import json
import subprocess
import time
from collections.abc import Iterator
from subprocess import CompletedProcess
from uuid import uuid4

import pytest
from doors import OK, Reply, is_typed
from envelopes import read_answer
from recording import message_field
from run import ENDPOINT, arguments
from sample import document
from varying import agrees

from tests.e2e.tools import ENVIRONMENT, HARDENED, SECONDS, output, run

DOCUMENT = document(ENDPOINT.request, 1)
WORDS = arguments(ENDPOINT.request, DOCUMENT)
FIELD = message_field(ENDPOINT.request) or ""
ANSWER = read_answer("direct")
LINE = json.dumps(DOCUMENT).encode() + b"\n"

takes_a_message = pytest.mark.skipif(not FIELD, reason="the endpoint takes no message, but options alone")


def in_container(image: str, *command: str, stdin: bytes = b"") -> CompletedProcess[bytes]:
    """Run a command to its end in a hardened container."""
    return run("docker", "run", "--rm", "--interactive", *HARDENED, image, *command, stdin=stdin)


def terminal(image: str, *words: str, stdin: bytes = b"") -> CompletedProcess[bytes]:
    """Run the terminal door to its end."""
    return in_container(image, "python", "-m", "lambda_app", *words, stdin=stdin)


def test_it_answers_arguments(image: str) -> None:
    assert is_typed(terminal(image, *WORDS), Reply(OK, ANSWER))


@takes_a_message
def test_it_answers_standard_input(image: str) -> None:
    assert is_typed(terminal(image, *WORDS[:-1], stdin=f"{DOCUMENT[FIELD]}\n".encode()), Reply(OK, ANSWER))


def test_it_prints_the_response_document_when_asked_for_json(image: str) -> None:
    assert agrees(ANSWER, json.loads(terminal(image, "--json", *WORDS).stdout))


def test_it_answers_json_lines(image: str) -> None:
    ended = terminal(image, "--jsonl", stdin=LINE * 3)
    assert ended.returncode == 0
    assert agrees([ANSWER] * 3, [json.loads(line) for line in ended.stdout.splitlines()])


@takes_a_message
def test_it_refuses_bad_input_with_status_2_and_one_line(image: str) -> None:
    ended = terminal(image, *WORDS[:-1], stdin=b"\xff")
    refusal = b"lambda-app: error: Invalid JSON: no UTF-8 text\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, b"", refusal)


def test_a_reader_that_has_had_enough_is_no_error(image: str) -> None:
    # The reader is inside, for it is the process in the container whose pipe has to break.
    command = "python -m lambda_app --jsonl | head -n 1; echo ${PIPESTATUS[0]}"
    ended = in_container(image, "bash", "-c", command, stdin=LINE * 20_000)
    answer, status = ended.stdout.splitlines()
    assert (agrees(ANSWER, json.loads(answer)), status, ended.stderr) == (True, b"0", b"")


@pytest.fixture
def name() -> Iterator[str]:
    """Return a name for a container, which is removed at the end."""
    name = f"terminal-{uuid4().hex}"
    yield name
    run("docker", "rm", "--force", name)


def wait_for_handlers(name: str) -> None:
    """Return once the first process of a container handles SIGTERM. Until then, the kernel ignores it."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        caught = run("docker", "exec", name, "grep", "SigCgt", "/proc/1/status").stdout
        if caught and int(caught.split()[1], 16) & 0x4000:
            return
    raise TimeoutError(name)


@pytest.mark.parametrize(
    "argv", [["--jsonl"], pytest.param(WORDS[:-1], marks=takes_a_message)], ids=["lines", "message"]
)
def test_docker_stop_does_not_wait_out_its_grace(argv: list[str], image: str, name: str) -> None:
    command = ["docker", "run", "--interactive", "--name", name, *HARDENED, image, "python", "-m", "lambda_app", *argv]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=ENVIRONMENT, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        wait_for_handlers(name)
        answers = []
        if argv == ["--jsonl"]:
            process.stdin.write(LINE * 13)
            process.stdin.flush()
            answers = [json.loads(process.stdout.readline()) for _ in range(13)]
        output("docker", "stop", name)
        out, error = process.communicate(timeout=SECONDS)
    summary = b"terminated after 13 lines: 13 answered, 0 invalid, 0 failed" if answers else b"error: terminated"
    # 137 would be the end of its grace.
    assert (process.returncode, out, error) == (143, b"", b"lambda-app: " + summary + b"\n")
    assert agrees([ANSWER] * len(answers), answers)
