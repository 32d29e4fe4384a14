"""The events of aws_lambda_events, filled with documents of the request model, and their answers recorded."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from doors import INTERNAL_SERVER_ERROR
from envelopes import EVENTS, Event, put_body, put_endpoint, put_records
from processes import Answer, LambdaRuntime, terminal
from pydantic import BaseModel
from run import ENDPOINT, HANDLER, NAME
from sample import document
from varying import VARIES, steady

from lambda_app.terminal.fields import fields_of


class Refused(Exception):
    """The examples would show what is wrong."""


def dump(value: object) -> str:
    """Return a value as it stands in a file."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def recorded(answer: Answer) -> Any:  # noqa: ANN401 (any JSON value)
    """Return an answer without the trace that the runtime client adds to an error."""
    if answer.kind == "response":
        return answer.document
    return {name: answer.document[name] for name in ("errorType", "errorMessage")}


def shown(first: Any, second: Any) -> Any:  # noqa: ANN401 (as above)
    """Return two answers to an event as one stands beside it; where the body varies, so may its length."""
    answer = steady(first, second)
    if isinstance(answer, dict) and VARIES in str(answer.get("body", "")):
        for headers in (answer.get("headers", {}), answer.get("multiValueHeaders", {})):
            headers.update({name: VARIES for name in headers if name.lower() == "content-length"})
    return answer


def message_field(model: type[BaseModel]) -> str | None:
    """Return the key of the field that is the terminal's positional argument, if there is one."""
    return next((field.key for field in fields_of(model) if field.is_message), None)


def fillers(model: type[BaseModel]) -> dict[str, Callable[[Event], object]]:
    """Return how each event is filled; an event that is not here carries no document."""
    good = document(model, 1)
    first_field = next(iter(good), "message")
    text = message_field(model)
    empty = {**good, text: ""} if text else {**good, first_field: None}
    missing = {name: value for name, value in good.items() if name != first_field}
    other = document(model, 0)

    def body(value: object) -> Callable[[Event], None]:
        return lambda event: put_body(event, value if isinstance(value, str) else json.dumps(value))

    def records(*values: object) -> Callable[[Event], None]:
        return lambda event: put_records(event, [json.dumps(value) for value in values])

    http = (
        *("alb", "alb_multi_value", "bare_body_base64", "event", "function_url", "function_url_base64", "http_api"),
        *("http_api_payload_1", "http_api_stage", "rest_api"),
    )
    return {
        **{name: body(good) for name in http},
        "http_api_batch": body(f"{json.dumps(good)}\n{json.dumps(missing)}\n{json.dumps(other)}\n"),
        "no_message": body(missing),
        "empty_message": body(empty),
        "not_json": body("hello world"),
        "direct": lambda event: event.update(good),
        "direct_no_message": lambda event: event.update(missing),
        "eventbridge": lambda event: event.update(detail=good),
        "sns": records(good),
        "sqs": records(good, other),
        "sqs_partial_failure": records(good, missing, other),
        "sqs_fifo": records(missing, good, other),
        "kinesis": records(good, missing, other),
    }


def write_messages(directory: Path = EVENTS) -> None:
    """Write JSON Lines, and the answers of the real command."""
    event = {"body": ""}
    fillers(ENDPOINT.request)["http_api_batch"](event)
    lines = event["body"].encode()
    first, second = (terminal(["--jsonl"], lines).stdout.decode().splitlines() for _ in range(2))
    answers = [json.loads(line) for line in first]
    if failed := [answer for answer in answers if answer.get("status", 0) >= INTERNAL_SERVER_ERROR]:
        raise Refused(f"the function fails for a line of messages.jsonl: {json.dumps(failed[0])}")
    (directory / "messages.jsonl").write_bytes(lines)
    answers_shown = [steady(*pair) for pair in zip(first, second, strict=True)]
    (directory / "messages.answer.jsonl").write_text("".join(f"{line}\n" for line in answers_shown))


def write_events(directory: Path = EVENTS) -> None:
    """Fill the events and record their answers, as the real runtime client gives them."""
    fill = fillers(ENDPOINT.request)
    with LambdaRuntime(HANDLER) as runtime, LambdaRuntime(HANDLER) as another:
        for path in sorted(directory.glob("*.json")):
            if path.name.endswith(".answer.json"):
                continue
            event = json.loads(path.read_text())
            if path.stem in {"direct", "direct_no_message"}:
                event = {}
            if path.stem in fill:
                fill[path.stem](event)
            put_endpoint(event, NAME)
            answer, second = (recorded(each.invoke(event)) for each in (runtime, another))
            if is_failure(answer):
                raise Refused(f"the function fails for {path.name}: {json.dumps(answer)}")
            path.write_text(dump(event))
            path.with_suffix(".answer.json").write_text(dump(shown(answer, second)))


def is_failure(answer: Any) -> bool:  # noqa: ANN401 (any JSON value)
    """Tell whether the function, or the runtime client, has failed."""
    error = str(answer.get("errorType", ""))
    return answer.get("statusCode", 0) >= INTERNAL_SERVER_ERROR or error.startswith(("ProcessingFailed", "Runtime."))
