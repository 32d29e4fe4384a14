"""The REST door as compose.yaml opens it, on any server."""

from collections.abc import Iterator

import pytest
import requests

from lambda_app import __version__
from tests.e2e.tools import inspect, output

COMPOSE = ("docker", "compose", "--project-name", "lambda_app_e2e")
SETTINGS = ("PROCESS_THREADS=3", "API_KEY=s3cret")


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """Return the name of the service's container."""
    output("env", "LISTEN=127.0.0.1:0", *SETTINGS, *COMPOSE, "up", "--detach", "--wait")
    yield output(*COMPOSE, "ps", "--quiet").strip()
    output(*COMPOSE, "down")


def test_it_is_healthy_and_answers_on_this_machine_alone(service: str) -> None:
    assert inspect(service)["State"]["Health"]["Status"] == "healthy"
    address = output("docker", "port", service).split()[-1]
    assert address.startswith("127.0.0.1:")
    answer = requests.get(f"http://{address}/health", timeout=10)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "version": __version__})


def test_it_gets_the_settings_and_secrets_that_are_set_and_no_other(service: str) -> None:
    names = ("WEB_CONCURRENCY=", "PROCESS_THREADS=", "MAX_BODY_BYTES=", "API_KEY=")
    assert sorted(each for each in inspect(service)["Config"]["Env"] if each.startswith(names)) == sorted(SETTINGS)


def test_it_is_restarted_and_can_neither_write_nor_gain_a_privilege(service: str) -> None:
    container = inspect(service)
    host = container["HostConfig"]
    assert (
        container["Config"]["User"],
        host["ReadonlyRootfs"],
        host["CapDrop"],
        host["SecurityOpt"],
        host["RestartPolicy"]["Name"],
    ) == ("65534:65534", True, ["ALL"], ["no-new-privileges:true"], "unless-stopped")
