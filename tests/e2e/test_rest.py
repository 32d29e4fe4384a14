"""The REST door of the image: its default command, wherever Lambda is not."""

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from envelopes import read_answer
from run import ENDPOINT, NAME
from sample import document
from varying import agrees

from lambda_app import __version__
from lambda_app.settings import Settings
from tests.e2e.tools import HARDENED, IMAGE, Container, inspect, output, wait_for

BODY = json.dumps(document(ENDPOINT.request, 1)).encode()
MAX_BODY_BYTES = Settings.model_fields["max_body_bytes"].default
HELLO = b'{"message":"hello"}'
HEALTH = {"status": "ok", "version": __version__}


@pytest.fixture(scope="session")
def served(image: str) -> Iterator[Container]:
    """Return the REST door of the image, listening."""
    with Container(image) as container:
        wait_for(f"{container.url}/health")
        yield container


def test_it_is_healthy(served: Container) -> None:
    answer = requests.get(f"{served.url}/health", timeout=10)
    assert (answer.status_code, answer.json()) == (200, HEALTH)


def test_every_line_of_its_log_is_json_and_one_says_which_door_was_opened(served: Container) -> None:
    messages = [json.loads(line)["message"] for line in served.log().splitlines()]
    assert "Uvicorn running on http://0.0.0.0:8000 (Press CTRL+C to quit)" in messages


def test_it_answers(served: Container) -> None:
    expected = read_answer("http_api")
    answer = served.post(BODY, f"/{NAME}")
    assert (answer.status_code, answer.headers["content-type"]) == (
        expected["statusCode"],
        expected["headers"]["content-type"],
    )
    assert agrees(expected["body"], answer.text)


def test_it_serves_its_documentation(served: Container) -> None:
    answer = requests.get(f"{served.url}/docs", timeout=10)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_it_refuses_what_is_larger_than_a_mebibyte(served: Container) -> None:
    answer = served.post(b" " * (MAX_BODY_BYTES + 1), f"/{NAME}")
    assert (answer.status_code, answer.headers["content-type"], answer.json()) == (
        413,
        "application/problem+json",
        {
            "type": "about:blank",
            "title": "Content Too Large",
            "status": 413,
            "detail": "The input is larger than 1,048,576 bytes.",
        },
    )


@pytest.mark.parametrize("settings", [{}, {"PORT": "9000"}, {"HOST": "127.0.0.1"}, {"WEB_CONCURRENCY": "2"}])
def test_docker_finds_it_healthy(settings: dict[str, str]) -> None:
    options = [word for name, value in settings.items() for word in ("--env", f"{name}={value}")]
    with Container(IMAGE, options=(*HARDENED, *options, "--health-interval", "1s")) as container:
        deadline = time.monotonic() + 30
        while (state := inspect(container.name)["State"]["Health"]["Status"]) == "starting":
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert state == "healthy"


def test_docker_finds_it_unhealthy_where_nothing_listens() -> None:
    options = (*HARDENED, "--health-interval", "1s", "--health-start-period", "1ms", "--health-retries", "1")
    with Container(IMAGE, "sleep", "60", options=options) as container:
        deadline = time.monotonic() + 30
        while (state := inspect(container.name)["State"]["Health"]["Status"]) == "starting":
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert state == "unhealthy"


def test_sigterm_loses_none_of_50_requests_in_flight(image: str, slow: Sequence[str]) -> None:
    with Container(image, options=(*HARDENED, *slow)) as container, ThreadPoolExecutor(50) as clients:
        wait_for(f"{container.url}/health")
        start = time.monotonic()
        answers = [clients.submit(container.post, HELLO) for _ in range(50)]
        # Sixteen threads need two seconds for them: at this moment all were accepted, and few were answered.
        while time.monotonic() < start + 0.9:
            asked = time.monotonic()
            assert requests.get(f"{container.url}/health", timeout=10).json() == HEALTH
            assert time.monotonic() - asked < 0.5
        assert sum(answer.done() for answer in answers) < 50
        stopped = time.monotonic()
        output("docker", "stop", container.name)  # SIGTERM, and SIGKILL after 10 seconds
        assert time.monotonic() - stopped < 10
        assert [(answer.result().status_code, answer.result().content) for answer in answers] == [(200, HELLO)] * 50
        assert inspect(container.name)["State"]["ExitCode"] == 0  # SIGKILL would be 137


def test_sigterm_does_not_wait_for_a_function_that_outlasts_the_grace_period(image: str, slow: Sequence[str]) -> None:
    options = (*HARDENED, *slow, "--env", "SLEEP=60", "--env", "SHUTDOWN_TIMEOUT=2")
    with Container(image, options=options) as container, ThreadPoolExecutor(1) as clients:
        wait_for(f"{container.url}/health")
        answer = clients.submit(container.post, HELLO)
        time.sleep(1)
        output("docker", "stop", container.name)  # SIGTERM, and SIGKILL after 10 seconds
        assert answer.result().status_code == 503
        assert inspect(container.name)["State"]["ExitCode"] == 0  # SIGKILL would be 137
