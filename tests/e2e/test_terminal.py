"""The terminal door of the image: `docker run --rm IMAGE python -m lambda_app`."""

import json

from run import arguments
from sample import document, message_field

from lambda_app.cli import as_text
from lambda_app.endpoint import ENDPOINT
from tests.e2e.tools import HARDENED, run

DOCUMENT = document(ENDPOINT.request)
FIELD = message_field(ENDPOINT.request) or ""
MESSAGE = DOCUMENT[FIELD]
OPTIONS = arguments({name: value for name, value in DOCUMENT.items() if name != FIELD}, None)
ANSWER = ENDPOINT.answer(DOCUMENT)


def in_container(image: str, *command: str, stdin: bytes = b"") -> tuple[int, bytes, bytes]:
    """Return the exit status of a command in a hardened container, and what it prints."""
    finished = run("docker", "run", "--rm", "--interactive", *HARDENED, image, *command, stdin=stdin)
    return finished.returncode, finished.stdout, finished.stderr


def terminal(image: str, *arguments: str, stdin: bytes = b"") -> tuple[int, bytes, bytes]:
    """Return the exit status of the terminal door, and what it prints."""
    return in_container(image, "python", "-m", "lambda_app", *arguments, stdin=stdin)


def test_it_answers_an_argument(image: str) -> None:
    assert terminal(image, *OPTIONS, MESSAGE) == (0, as_text(ANSWER) + b"\n", b"")


def test_it_answers_standard_input(image: str) -> None:
    assert terminal(image, *OPTIONS, stdin=MESSAGE.encode() + b"\n") == (0, as_text(ANSWER) + b"\n", b"")


def test_it_prints_the_response_document_when_asked_for_json(image: str) -> None:
    assert terminal(image, "--json", *OPTIONS, MESSAGE) == (0, ANSWER + b"\n", b"")


def test_it_answers_json_lines(image: str) -> None:
    line = json.dumps(DOCUMENT).encode() + b"\n"
    status, answers, _ = terminal(image, "--jsonl", stdin=line * 3)
    assert (status, answers) == (0, (ANSWER + b"\n") * 3)


def test_it_refuses_bad_input_with_status_2_and_one_line(image: str) -> None:
    refusal = b"lambda-app: error: #: json_invalid: Invalid JSON: no UTF-8 text\n"
    assert terminal(image, *OPTIONS, stdin=b"\xff") == (2, b"", refusal)


def test_a_reader_that_has_had_enough_is_no_error(image: str) -> None:
    # The reader is inside, for it is the process in the container whose pipe has to break.
    command = "python -m lambda_app --jsonl | head -n 1; echo ${PIPESTATUS[0]}"
    lines = (json.dumps(DOCUMENT).encode() + b"\n") * 20_000
    assert in_container(image, "bash", "-c", command, stdin=lines) == (0, ANSWER + b"\n0\n", b"")
