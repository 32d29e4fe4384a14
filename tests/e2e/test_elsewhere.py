"""What the platforms of docs/elsewhere.md ask of an image."""

import time

import pytest
import requests
from run import NAME

from tests.e2e.tools import HARDENED, IMAGE, Container, inspect, output, wait_for

# The shortest of the platforms' grace periods that the image's default settings are for: Cloud Run's.
GRACE = 10


def test_the_user_is_a_number_other_than_roots() -> None:
    user, _, group = inspect(IMAGE)["Config"]["User"].partition(":")
    assert int(user) > 0
    assert int(group) > 0


@pytest.mark.parametrize("port", [8080, 3000])
def test_it_listens_on_every_address_at_the_port_that_the_platform_chooses(port: int) -> None:
    with Container(IMAGE, port=port, options=(*HARDENED, "--env", f"PORT={port}")) as container:
        wait_for(f"{container.url}/health")
        assert requests.get(f"{container.url}/health", timeout=10).status_code == 200


def test_probes_are_answered_without_a_key() -> None:
    with Container(IMAGE, options=(*HARDENED, "--env", "API_KEYS=somebody:a-key")) as container:
        wait_for(f"{container.url}/health")
        statuses = {
            (method, path): requests.request(method, f"{container.url}{path}", timeout=10).status_code
            for method in ("GET", "HEAD")
            for path in ("/health", "/ready")
        }
        assert set(statuses.values()) == {200}, statuses
        assert container.post(b"{}", f"/{NAME}").status_code == 401


# SIGINT is what Fly sends where fly.toml does not say otherwise.
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
@pytest.mark.parametrize("processes", [1, 2])
def test_it_ends_by_itself_within_the_grace_period_as_process_1(name: str, processes: int) -> None:
    with Container(IMAGE, options=(*HARDENED, "--env", f"WEB_CONCURRENCY={processes}")) as container:
        wait_for(f"{container.url}/health")
        start = time.monotonic()
        output("docker", "kill", "--signal", name, container.name)
        assert output("docker", "wait", container.name) == "0\n"  # SIGKILL would be 137
        assert time.monotonic() - start < GRACE
