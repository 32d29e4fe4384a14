"""The Lambda door behind AWS's emulator, with 128 MB, the least that Lambda gives."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from envelopes import read_event

from tests.attacks.documents import WORST
from tests.attacks.door import APPLICATION
from tests.e2e.tools import IMAGE, Emulator, wait_for

GOOD = '{"message": "hello"}'
MEMORY = ("--memory", "128m", "--memory-swap", "128m")


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """Return AWS's emulator in front of the image."""
    with Emulator(f"{IMAGE}:lambda", options=(*MEMORY, *APPLICATION)) as emulator:
        wait_for(emulator.url)
        yield emulator


def invoke(emulator: Emulator, event: dict[str, Any]) -> Any:
    return emulator.invoke(json.dumps(event).encode())


@pytest.mark.parametrize("name", WORST)
def test_a_batch_with_one_of_the_worst_documents_loses_no_good_record(name: str, emulator: Emulator) -> None:
    # SQS takes a message of 1 MiB.
    bodies = [GOOD, WORST[name]().decode(), GOOD]
    template = read_event("sqs")["Records"][0]
    records = [{**template, "messageId": str(number), "body": body} for number, body in enumerate(bodies)]
    assert invoke(emulator, {"Records": records}) == {"batchItemFailures": [{"itemIdentifier": "1"}]}


def test_a_batch_whose_answer_passes_six_megabytes_is_refused_and_the_runtime_lives(emulator: Emulator) -> None:
    event = read_event("http_api_batch")
    event["rawPath"] = event["requestContext"]["http"]["path"] = "/process/batch"
    event["headers"]["content-length"] = "65536"
    event["body"] = base64.b64encode(b"\n" * 65_536).decode()
    event["isBase64Encoded"] = True
    assert invoke(emulator, event)["statusCode"] == 413
    assert invoke(emulator, json.loads(GOOD)) == {"message": "hello"}
    assert "Runtime exited" not in emulator.log()
