"""An honest client beside an attack: asks for `/health` and posts a message, again and again, and notes what it gets.

It is a process of its own, `python -m tests.attacks.witness HOST PORT`, because the attackers keep theirs busy.
"""

import http.client
import json
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import NamedTuple, Self

from tests.attacks.clients import Address

ROOT = Path(__file__).parents[2]
PAUSE = 0.05
PATIENCE = 10
HELLO = b'{"message": "hello"}'


class Sighting(NamedTuple):
    """A request: its path, the seconds that it took, and its status or the name of its error."""

    path: str
    seconds: float
    end: str


def ask(address: Address, path: str) -> str:
    """Return the status of an answer on a new connection, or what came in its place."""
    connection = http.client.HTTPConnection(*address, timeout=PATIENCE)
    try:
        if path == "/health":
            connection.request("GET", path)
        else:
            connection.request("POST", path, HELLO, {"content-type": "application/json"})
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()
    is_wrong = (
        path == "/process" and response.status == http.HTTPStatus.OK and "hello" not in json.loads(body)["message"]
    )
    return "a wrong answer" if is_wrong else str(response.status)


def watch(address: Address, path: str, end: Event, sightings: list[Sighting]) -> None:
    """Ask for a path until the end, and once more then."""
    is_over = False
    while not is_over:
        is_over = end.wait(PAUSE)
        start = time.monotonic()
        outcome = ask(address, path)
        sightings.append(Sighting(path, time.monotonic() - start, outcome))


def main(host: str, port: str) -> None:
    """Watch until standard input ends. Print a line at the start, and the sightings at the end."""
    address, end = Address(host, int(port)), Event()
    sightings: list[Sighting] = []
    threads = [Thread(target=watch, args=(address, path, end, sightings)) for path in ("/health", "/process")]
    for thread in threads:
        thread.start()
    print(flush=True)  # noqa: T201 (to the process that started this one)
    sys.stdin.read()
    end.set()
    for thread in threads:
        thread.join()
    json.dump(sightings, sys.stdout)


class Witness:
    """The process, for as long as an attack lasts; afterwards, its sightings."""

    def __init__(self, address: Address) -> None:
        self.command = (sys.executable, "-m", __name__, address.host, str(address.port))
        self.sightings: list[Sighting] = []

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(self.command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout
        self.process.stdout.readline()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        printed, _ = self.process.communicate()
        self.sightings = [Sighting(*sighting) for sighting in json.loads(printed)]

    def of(self, path: str) -> list[Sighting]:
        """Return the sightings of a path."""
        return [sighting for sighting in self.sightings if sighting.path == path]


if __name__ == "__main__":
    main(*sys.argv[1:])
