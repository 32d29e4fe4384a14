"""The REST door as compose.yaml opens it, on any server."""

import json
from collections.abc import Iterator

import pytest
import requests
from run import ENDPOINT, NAME
from sample import document

from lambda_app import __version__
from tests.e2e.tools import inspect, output

BODY = json.dumps(document(ENDPOINT.request, 1)).encode()
COMPOSE = ("docker", "compose", "--project-name", "lambda_app_e2e")
SETTINGS = ("PROCESS_THREADS=3", "API_KEY=s3cret", "API_KEYS=somebody:a-key", "DRAIN_SECONDS=1")


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
    unset = ("WEB_CONCURRENCY=", "MAX_BODY_BYTES=", "CORS_ORIGINS=", "LOG_LEVEL=", "SHUTDOWN_TIMEOUT=")
    names = (*unset, *(f"{setting.partition('=')[0]}=" for setting in SETTINGS))
    assert sorted(each for each in inspect(service)["Config"]["Env"] if each.startswith(names)) == sorted(SETTINGS)


def test_it_asks_for_one_of_the_keys(service: str) -> None:
    address = output("docker", "port", service).split()[-1]
    url, headers = f"http://{address}/{NAME}", {"content-type": "application/json"}
    assert requests.post(url, BODY, headers=headers, timeout=10).status_code == 401
    headers["authorization"] = "Bearer a-key"
    assert requests.post(url, BODY, headers=headers, timeout=10).status_code == 200


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
