"""The events of aws_lambda_events, and the answers that stand beside them."""

import json
from typing import Any

from examples import EVENTS, recorded
from processes import Answer

NAMES = sorted(path.name.removesuffix(".answer.json") for path in EVENTS.glob("*.answer.json"))


def expected(name: str) -> Any:  # noqa: ANN401 (a JSON value)
    """Return the answer that stands beside an event."""
    return json.loads((EVENTS / f"{name}.answer.json").read_text())


def without_chance(document: Any) -> Any:  # noqa: ANN401 (as above)
    """Return an answer as it would stand there: without what differs from one invocation to the next."""
    return recorded(Answer("error" if "errorType" in document else "response", document))
