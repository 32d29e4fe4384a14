"""A queue in front of the function: what is processed, what is delivered again, and what ends as a dead letter."""

import json
import re
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from threading import Event

import pytest
from envelopes import read_event

from lambda_app.contract.problem import InvalidInput, reason_phrase
from tests.e2e.queue_function import DELIVERIES, ENDPOINT
from tests.e2e.sqs import Mapping, Message, Poller, Queue, record
from tests.e2e.tools import IMAGE, TOOLS, Emulator, Server, output, wait_for

# In every message, and so never in a log.
CONTENT = "correct horse battery staple"

MAX_RECEIVE_COUNT = 3
# More than a batch, so that some of a group are never in a batch with its poison.
IN_GROUP = 15
POLLERS = 2
# How many messages may be in the queue at once: moto looks at each of them whenever it gives one.
BACKLOG = 500
SECONDS = 240


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of moto's server."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    log = tmp_path_factory.mktemp("sqs") / "log"
    script = Path(__file__).with_name("sqs_server.py")
    with Server(str(TOOLS / "python"), str(script), "--port", str(port), log=log):
        url = f"http://127.0.0.1:{port}"
        wait_for(url, log)
        yield url


@pytest.fixture
def deliveries(tmp_path: Path) -> Path:
    """Return the folder in which the function writes down what it was given."""
    folder = tmp_path / "deliveries"
    folder.mkdir()
    folder.chmod(0o777)  # the function runs as nobody
    return folder


class Run:
    """A queue with its dead-letter queue, and the pollers of a function that takes its events alone."""

    def __init__(self, server: str, name: str, deliveries: Path, mapping: Mapping, **attributes: str) -> None:
        suffix = ".fifo" if "FifoQueue" in attributes else ""
        kind = {key: value for key, value in attributes.items() if key == "FifoQueue"}
        self.deliveries = deliveries
        self.dead_letters = Queue(server, f"{name}-dead{suffix}", **kind)
        redrive = {"deadLetterTargetArn": self.dead_letters.arn, "maxReceiveCount": MAX_RECEIVE_COUNT}
        self.queue = Queue(server, f"{name}{suffix}", RedrivePolicy=json.dumps(redrive), **attributes)
        self.pollers = [Poller(self.queue, self.function, mapping) for _ in range(POLLERS)]
        self.identifiers: list[str] = []
        self.dead: list[str] = []

    def function(self) -> Emulator:
        """Return a new environment of the function."""
        module = Path(__file__).with_name("queue_function.py")
        volumes = ("--volume", f"{module}:/app/{module.name}:ro", "--volume", f"{self.deliveries}:{DELIVERIES}")
        command = ("python", "-m", "lambda_app.serve", "queue_function.handler")
        return Emulator(f"{IMAGE}:lambda", *command, options=volumes)

    def until_the_queue_is_empty(self, messages: list[Message]) -> None:
        """Send messages, little by little, until each is either deleted or a dead letter; kill what pauses."""
        waiting = iter(messages)
        end = Event()
        deadline = time.monotonic() + SECONDS
        with ThreadPoolExecutor() as threads:
            polls = [threads.submit(poller.poll, end) for poller in self.pollers]
            try:
                while (settled := self.settled()) < len(messages) and time.monotonic() < deadline:
                    room = BACKLOG - (len(self.identifiers) - settled)
                    self.identifiers += self.queue.send(islice(waiting, max(room, 0)))
                    self.bury()
                    self.kill()
                    if any(poll.done() for poll in polls):
                        break
                    time.sleep(0.2)
            finally:
                end.set()
        for poll in polls:
            poll.result()

    def settled(self) -> int:
        """Return how many messages have left the queue."""
        return sum(poller.deleted for poller in self.pollers) + len(self.dead)

    def bury(self) -> None:
        """Take what there is out of the dead-letter queue."""
        received = self.dead_letters.receive()
        if received:
            self.dead_letters.delete(received)
            self.dead += [message["Body"] for message in received]

    def kill(self) -> None:
        """Kill the emulators whose function pauses."""
        for paused in self.deliveries.glob("paused.*"):
            paused.unlink()
            output("docker", "kill", paused.suffix.removeprefix("."))

    def written(self) -> list[tuple[str, str]]:
        """Return what the function did with which message, in its order."""
        lines = (self.deliveries / "list").read_text().splitlines()
        return [(what, message) for what, _, message in (line.partition(" ") for line in lines)]

    def log(self) -> str:
        """Return all that the function has logged."""
        return "".join(poller.log for poller in self.pollers)


def message(number: int, wish: str) -> str:
    """Return what the function is given: its number, and what it shall do."""
    return f"{number} {wish} {CONTENT}"


def body(number: int, wish: str) -> str:
    """Return a message's document, or what is none."""
    text = message(number, wish)
    if wish == "typo":
        return json.dumps({"messages": text})
    document = json.dumps({"message": text})
    return document.removesuffix("}") if wish == "not-json" else document


def error(body: str) -> str:
    """Return what is logged of a document that is always refused, or on whose processing the function raises."""
    try:
        ENDPOINT.read(body.encode())
    except InvalidInput as problem:
        return problem.line
    return reason_phrase(500)


def test_a_record_is_what_lambda_makes_of_a_message(server: str) -> None:
    queue = Queue(server, "record")
    (identifier,) = queue.send(
        [{"MessageBody": "a", "MessageAttributes": {"number": {"DataType": "Number", "StringValue": "17"}}}]
    )
    (received,) = queue.receive()
    of_lambda = read_event("sqs")["Records"][0]
    chance = ("receiptHandle", "attributes")
    made = record(received, queue.arn)
    assert {name: type(value) for name, value in made["attributes"].items()} == {
        name: type(value) for name, value in of_lambda["attributes"].items()
    }
    assert {**made, **dict.fromkeys(chance)} == {
        **of_lambda,
        **dict.fromkeys(chance),
        "messageId": identifier,
        "body": "a",
        "messageAttributes": {
            "number": {"stringValue": "17", "stringListValues": [], "binaryListValues": [], "dataType": "Number"}
        },
        "md5OfBody": "0cc175b9c0f1b6a831c399e269772661",
        "eventSourceARN": queue.arn,
    }


def wishes(total: int) -> list[str]:
    """Return what each message asks for: 3 % are poison, 3 % raise once, and two have the emulator killed."""
    poison = ("raise", "typo", "not-json")
    found = ["process"] * total
    for number in range(0, total, 100):
        found[number + 10], found[number + 43], found[number + 76] = poison
        found[number + 20] = found[number + 53] = found[number + 86] = "raise-once"
    found[total // 4] = found[total * 3 // 4] = "pause-once"
    return found


def test_nothing_is_lost_and_nothing_but_the_poison_is_a_dead_letter(server: str, deliveries: Path) -> None:
    asked = wishes(10_000)
    run = Run(server, "standard", deliveries, Mapping(50, 1), VisibilityTimeout="5")
    bodies = [body(number, wish) for number, wish in enumerate(asked)]
    run.until_the_queue_is_empty([{"MessageBody": text} for text in bodies])

    good = {"process", "raise-once", "pause-once"}
    poison = [text for text, wish in zip(bodies, asked, strict=True) if wish not in good]
    assert sorted(run.dead) == sorted(poison)

    once = Counter(message(number, wish) for number, wish in enumerate(asked) if wish in good)
    processed = Counter(text for what, text in run.written() if what == "processed")
    killed = [batch for poller in run.pollers for batch in poller.failed]
    text_of = {bodies[number]: message(number, wish) for number, wish in enumerate(asked)}
    in_killed = Counter(text_of[received["Body"]] for batch in killed for received in batch)
    paused = {message(number, wish) for number, wish in enumerate(asked) if wish == "pause-once"}
    assert (len(killed), paused & set(in_killed)) == (2, paused)  # an emulator was killed while it processed each
    assert once - processed == Counter()  # nothing was lost,
    assert processed - once <= in_killed  # and nothing else processed twice

    log = run.log()
    failed = {number for number, wish in enumerate(asked) if wish not in good or wish == "raise-once"}
    assert dict(re.findall(r"record (\S+) failed: (.*)", log)) == {
        run.identifiers[number]: error(bodies[number]) for number in failed
    }
    assert CONTENT not in log


def test_nothing_of_a_fifo_group_overtakes_what_failed(server: str, deliveries: Path) -> None:
    asked: list[str] = []
    for fifth in ("raise", "not-json", "process") * 8:
        asked += ["process", "raise-once", "process", "process", fifth] + ["process"] * (IN_GROUP - 5)
    bodies = [body(number, wish) for number, wish in enumerate(asked)]
    run = Run(server, "fifo", deliveries, Mapping(), FifoQueue="true")
    # One group after the other, so that a batch holds what could overtake.
    run.until_the_queue_is_empty(
        [
            {"MessageBody": text, "MessageGroupId": f"group-{group(number)}", "MessageDeduplicationId": str(number)}
            for number, text in enumerate(bodies)
        ]
    )

    poison_of = {group(number): number for number, wish in enumerate(asked) if wish in {"raise", "not-json"}}
    poison = {bodies[number] for number in poison_of.values()}
    # What had to wait behind the poison in its batches was delivered as often, for SQS, and so is a dead letter too.
    behind = {text for number, text in enumerate(bodies) if number > poison_of.get(group(number), len(bodies))}
    dead = set(run.dead)
    assert (len(run.dead), poison - dead, dead - poison - behind) == (len(dead), set(), set())

    what_happens = {"raise-once": ["raised", "processed"], "raise": ["raised"], "not-json": []}
    expected: dict[int, list[tuple[str, str]]] = {group(number): [] for number in range(len(asked))}
    for number, wish in enumerate(asked):
        if bodies[number] not in dead - poison:
            expected[group(number)] += [(what, message(number, wish)) for what in what_happens.get(wish, ["processed"])]
    assert by_group(run.written()) == expected
    assert [batch for poller in run.pollers for batch in poller.failed] == []
    assert CONTENT not in run.log()


def group(number: int) -> int:
    """Return the number of a message's group."""
    return number // IN_GROUP


def by_group(written: list[tuple[str, str]]) -> dict[int, list[tuple[str, str]]]:
    """Return what was done with the messages of each group, in its order; raising again and again counts once."""
    groups: dict[int, list[tuple[str, str]]] = {}
    for what, text in written:
        lines = groups.setdefault(group(int(text.split()[0])), [])
        if what == "processed" or lines[-1:] != [(what, text)]:
            lines.append((what, text))
    return groups
