"""Lambda handlers that tell what a call after the restore of a snapshot still had to do."""

import random
import sys

from snapshot_restore_py import register_after_restore, register_before_snapshot

from lambda_app.events import EventHandler
from tests.echo import ECHO
from tests.echo_lambda import handler as http_handler
from tests.events import http_event

register_before_snapshot(print, "hook: before 1")
register_before_snapshot(print, "hook: before 2")
register_after_restore(print, "hook: after 1")
state = random.getstate()
whole = EventHandler(ECHO)
request = http_event("function_url", '{"message": "a"}')


def handler(event: object, context: object) -> object:
    """Answer an HTTP request, and tell which modules that imported, and whether `random` was seeded again."""
    before = set(sys.modules)
    answer = http_handler(event if event == {"body": ""} else request, context)
    assert answer
    return {"imported": sorted(set(sys.modules) - before), "seeded": random.getstate() != state}


def events_handler(event: object, context: object) -> object:
    """Answer a direct invocation, and tell the same."""
    before = set(sys.modules)
    assert whole(event, context) == {"message": "a"}
    return {"imported": sorted(set(sys.modules) - before), "seeded": random.getstate() != state}
