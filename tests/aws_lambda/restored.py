"""Lambda handlers that tell what a call after the restore of a snapshot still had to do."""

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from snapshot_restore_py import register_after_restore, register_before_snapshot

from lambda_app.aws_lambda.event_handler import EventHandler
from lambda_app.aws_lambda.http_handler import LambdaHandler
from lambda_app.contract.life import Life
from lambda_app.rest.application import Application
from tests.echo import ECHO
from tests.events import http_event


@contextmanager
def resources() -> Iterator[None]:
    """Tell when they are opened."""
    print("hook: opened")  # noqa: T201 (the runtime's log)
    yield


register_before_snapshot(print, "hook: before 1")
register_before_snapshot(print, "hook: before 2")
register_after_restore(print, "hook: after 1")
state = random.getstate()
request = http_event("function_url", '{"message": "a"}')
http_handler = LambdaHandler(Application({"process": ECHO}, resources))
direct_handler = EventHandler({"process": ECHO}, Life(resources))


def handler(event: object, context: object) -> object:
    """Answer an HTTP request, and tell which modules that imported, and whether `random` was seeded again."""
    before = set(sys.modules)
    answer = http_handler(event if event == {"body": ""} else request, context)
    assert answer
    return {"imported": sorted(set(sys.modules) - before), "seeded": random.getstate() != state}


def events_handler(event: object, context: object) -> object:
    """Answer a direct invocation, and tell the same."""
    before = set(sys.modules)
    assert direct_handler(event, context) == {"message": "a"}
    return {"imported": sorted(set(sys.modules) - before), "seeded": random.getstate() != state}
