"""The terminal door of the image: `docker run --rm IMAGE python -m lambda_app`."""

import json
from subprocess import CompletedProcess

import pytest
from doors import OK, Reply, is_typed
from envelopes import read_answer
from run import ENDPOINT, arguments
from sample import document
from varying import agrees

from lambda_app.terminal.fields import message_field
from tests.e2e.tools import HARDENED, run

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
    refusal = b"lambda-app: error: #: json_invalid: Invalid JSON: no UTF-8 text\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, b"", refusal)


def test_a_reader_that_has_had_enough_is_no_error(image: str) -> None:
    # The reader is inside, for it is the process in the container whose pipe has to break.
    command = "python -m lambda_app --jsonl | head -n 1; echo ${PIPESTATUS[0]}"
    ended = in_container(image, "bash", "-c", command, stdin=LINE * 20_000)
    answer, status = ended.stdout.splitlines()
    assert (agrees(ANSWER, json.loads(answer)), status, ended.stderr) == (True, b"0", b"")
