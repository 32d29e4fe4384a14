"""Queues of moto's server, and a poller that does what Lambda's event source mapping does."""

import json
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from threading import Event, Lock
from typing import Any, NamedTuple

import requests

from tests.e2e.tools import Emulator, wait_for

REGION = "us-east-1"
AT_ONCE = 10  # messages in one call, which is SQS's own limit

# As SQS gives it to ReceiveMessage.
Message = dict[str, Any]


class Queue:
    """An SQS queue, called with SQS's own JSON protocol."""

    # For all queues, because moto's are not made for threads: two that receive at once may be given the same message.
    turn = Lock()

    def __init__(self, server: str, name: str, **attributes: str) -> None:
        self.session = requests.Session()
        self.server = server
        created = self.call("CreateQueue", QueueName=name, Attributes=attributes)
        self.url = created["QueueUrl"]
        self.arn = self.call("GetQueueAttributes", AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def call(self, action: str, **parameters: object) -> Any:
        """Return the answer to a call."""
        headers = {
            "authorization": f"AWS4-HMAC-SHA256 Credential=none/20260101/{REGION}/sqs/aws4_request",
            "content-type": "application/x-amz-json-1.0",
            "x-amz-target": f"AmazonSQS.{action}",
        }
        if action != "CreateQueue":
            parameters["QueueUrl"] = self.url
        with self.turn:
            response = self.session.post(self.server, json.dumps(parameters), headers=headers, timeout=60)
        response.raise_for_status()
        answer = response.json() if response.content else {}
        if answer.get("Failed"):
            raise RuntimeError(f"{action}: {answer['Failed']}")
        return answer

    def send(self, messages: Iterable[Message]) -> list[str]:
        """Send messages, as SendMessage takes them; return their identifiers, which SQS chooses."""
        identifiers: list[str] = []
        rest = iter(messages)
        while entries := [{"Id": str(number), **message} for number, message in enumerate(islice(rest, AT_ONCE))]:
            sent = self.call("SendMessageBatch", Entries=entries)["Successful"]
            identifiers += [message["MessageId"] for message in sent]
        return identifiers

    def receive(self) -> list[Message]:
        """Return up to ten messages, which nobody else is given until their visibility timeout ends."""
        everything = {"MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"]}
        received = self.call("ReceiveMessage", MaxNumberOfMessages=AT_ONCE, WaitTimeSeconds=0, **everything)
        messages: list[Message] = received.get("Messages", [])
        return messages

    def delete(self, messages: Sequence[Message]) -> None:
        """Delete messages that were received."""
        for start in range(0, len(messages), AT_ONCE):
            self.call("DeleteMessageBatch", Entries=[entry(message) for message in messages[start : start + AT_ONCE]])

    def give_back(self, messages: Sequence[Message]) -> None:
        """End the visibility timeout of messages that were received."""
        for start in range(0, len(messages), AT_ONCE):
            entries = [{**entry(message), "VisibilityTimeout": 0} for message in messages[start : start + AT_ONCE]]
            self.call("ChangeMessageVisibilityBatch", Entries=entries)


def entry(message: Message) -> Message:
    """Return what a batch call says of a message that was received."""
    return {"Id": message["MessageId"], "ReceiptHandle": message["ReceiptHandle"]}


def record(message: Message, arn: str) -> dict[str, Any]:
    """Return a message as Lambda hands it to a function.

    Lambda's developer guide, "Using Lambda with Amazon SQS": "Example Amazon SQS message event".
    """
    attributes = {
        name: {
            "stringValue": attribute["StringValue"],
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": attribute["DataType"],
        }
        for name, attribute in message.get("MessageAttributes", {}).items()
    }
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": attributes,
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": REGION,
    }


class Mapping(NamedTuple):
    """What an event source mapping is told: a FIFO queue's batch has ten messages at most, and waits for none."""

    batch_size: int = AT_ONCE
    window: float = 0


class Poller:
    """One of the pollers of an event source mapping, and one environment of its function, started again when it dies.

    What the function names in `batchItemFailures` stays in the queue; so does a batch whose invocation fails. The rest
    is deleted. Lambda's developer guide, "Handling errors for an SQS event source in Lambda".
    """

    def __init__(self, queue: Queue, function: Callable[[], Emulator], mapping: Mapping) -> None:
        self.queue = queue
        self.function = function
        self.mapping = mapping
        self.deleted = 0
        # Batches whose invocation failed.
        self.failed: list[list[Message]] = []
        # Of every environment, to its end.
        self.log = ""

    def poll(self, end: Event) -> None:
        """Poll the queue, until the end."""
        while not end.is_set():
            with self.function() as emulator:
                wait_for(emulator.url)
                try:
                    while not end.is_set() and self.hand_over(self.batch(), emulator):
                        pass
                finally:
                    self.log += emulator.log()

    def batch(self) -> list[Message]:
        """Return the messages that come in while the window is open."""
        closes = time.monotonic() + self.mapping.window
        messages = self.queue.receive()
        while time.monotonic() < closes and len(messages) <= self.mapping.batch_size - AT_ONCE:
            received = self.queue.receive()
            messages += received
            if not received:
                time.sleep(0.05)
        return messages

    def hand_over(self, batch: list[Message], emulator: Emulator) -> bool:
        """Invoke the function with a batch, and delete what it has processed; tell whether the emulator is alive."""
        if not batch:
            time.sleep(0.05)
            return True
        event = {"Records": [record(message, self.queue.arn) for message in batch]}
        try:
            answer = emulator.invoke(json.dumps(event).encode())
        except requests.RequestException:
            self.failed.append(batch)
            return False
        failures = {failure["itemIdentifier"] for failure in answer.get("batchItemFailures", ())}
        if "errorType" in answer or not failures <= {message["MessageId"] for message in batch}:
            self.failed.append(batch)
            return True
        processed = [message for message in batch if message["MessageId"] not in failures]
        self.queue.delete(processed)
        self.deleted += len(processed)
        if self.queue.arn.endswith(".fifo"):
            # Lambda waits until they are visible again. moto mixes up the order of a group that becomes so at once.
            self.queue.give_back([message for message in batch if message["MessageId"] in failures])
        return True
