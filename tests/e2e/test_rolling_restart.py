"""A rolling restart of two containers behind a load balancer, Debian's haproxy, loses no request."""

import csv
import http.client
import io
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from run import ENDPOINT, NAME
from sample import document

from tests.e2e.tools import HARDENED, IMAGE, SECONDS, Container, Server, output

BODY = json.dumps(document(ENDPOINT.request, 1)).encode()
CLIENTS = 8
REQUESTS = 20_000
# Without `retries 0`, haproxy would hide a connection that a server refuses.
CONFIGURATION = """
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
    retries 0
frontend front
    bind 127.0.0.1:{front}
    default_backend back
backend back
    option httpchk GET /ready
    default-server check inter 200ms fall 2 rise 2
    server one 127.0.0.1:{one}
    server two 127.0.0.1:{two}
frontend state
    bind 127.0.0.1:{state}
    stats enable
    stats uri /
"""


def free_ports(number: int) -> list[int]:
    """Return ports on which nothing listens."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Balancer:
    """haproxy in front of two containers, `one` and `two`."""

    def __init__(self, front: int, state: int, containers: dict[str, Container]) -> None:
        self.front = front
        self.state = state
        self.containers = containers

    def wait_until_up(self, name: str) -> None:
        """Return once haproxy sends requests to a container."""
        deadline = time.monotonic() + SECONDS
        while self._status(name) != "UP":
            assert time.monotonic() < deadline, self.containers[name].log()
            time.sleep(0.1)

    def _status(self, name: str) -> str | None:
        try:
            text = requests.get(f"http://127.0.0.1:{self.state}/;csv", timeout=10).text
        except requests.ConnectionError:  # haproxy starts
            return None
        rows = csv.DictReader(io.StringIO(text.removeprefix("# ")))
        return next((row["status"] for row in rows if row["svname"] == name), None)


@pytest.fixture
def balancer(tmp_path: Path) -> Iterator[Balancer]:
    """Return haproxy in front of two containers that drain for two seconds."""
    front, state, one, two = free_ports(4)
    configuration = tmp_path / "haproxy.cfg"
    configuration.write_text(CONFIGURATION.format(front=front, state=state, one=one, two=two))
    # With ports of their own choice, containers would have others after a restart.
    options = [(*HARDENED, "--env", "DRAIN_SECONDS=2", "--publish", f"127.0.0.1:{port}:8000") for port in (one, two)]
    with (
        Container(IMAGE, options=options[0]) as first,
        Container(IMAGE, options=options[1]) as second,
        Server("/usr/sbin/haproxy", "-f", str(configuration), log=tmp_path / "log"),
    ):
        started = Balancer(front, state, {"one": first, "two": second})
        for name in started.containers:
            started.wait_until_up(name)
        yield started


def test_a_rolling_restart_under_load_loses_no_request(balancer: Balancer) -> None:
    is_over = threading.Event()

    def load() -> Counter[object]:
        statuses: Counter[object] = Counter()
        connection = http.client.HTTPConnection("127.0.0.1", balancer.front, timeout=30)
        while not is_over.is_set() or statuses.total() < REQUESTS / CLIENTS:
            try:
                connection.request("POST", f"/{NAME}", BODY, {"content-type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                statuses[answer.status] += 1
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                statuses[type(error).__name__] += 1
        connection.close()
        return statuses

    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(load) for _ in range(CLIENTS)]
        try:
            for name, container in balancer.containers.items():
                output("docker", "restart", "--time", "30", container.name)
                balancer.wait_until_up(name)
        finally:
            is_over.set()
        statuses = sum((client.result() for client in clients), Counter[object]())
    assert statuses.keys() == {200}, statuses
    assert statuses.total() >= REQUESTS
    for container in balancer.containers.values():
        assert '"message":"shutting down in 2 seconds"' in container.log()
