"""`make run`: the same document through every door, each a real process, and a failure if one answer differs."""

import json
import shlex
import sys
from collections.abc import Callable
from typing import Any

from doors import Doors
from envelopes import http_api
from processes import Answer, LambdaRuntime, RestServer, terminal
from pydantic import BaseModel
from sample import NoSample, document

from lambda_app.contract.environment import SettingsError
from lambda_app.endpoints import ENDPOINTS
from lambda_app.settings import get_settings
from lambda_app.terminal.fields import fields_of

HANDLER = "lambda_app.aws_lambda.http.handler"
# The default, which every door opens to where no other is asked for.
NAME, ENDPOINT = next(iter(ENDPOINTS.items()))


def arguments(model: type[BaseModel], values: dict[str, Any]) -> list[str]:
    """Return the terminal's arguments for a request document: its options, and the message, if it has one, last."""
    options, message = [], []
    for field in fields_of(model):
        value: Any = values
        for step in field.path:
            value = value.get(step) if isinstance(value, dict) else None
        if value is None:
            continue
        if field.is_message:
            message = ["--", value] if value.startswith("-") else [value]
        elif field.spelling.is_flag:
            options.append(f"--{field.option}" if value else f"--no-{field.option}")
        else:
            for item in value if field.spelling.is_repeatable else [value]:
                text = item if isinstance(item, str) else json.dumps(item)
                options += [f"--{field.option}={text}"] if text.startswith("-") else [f"--{field.option}", text]
    return [*options, *message]


def ask(values: dict[str, Any], say: Callable[[str], object] = lambda _: None) -> Doors:
    """Ask every door, and say how, and what it answers. Raises RuntimeError where one cannot be opened."""
    body = json.dumps(values)
    words = arguments(ENDPOINT.request, values)
    say(f"Terminal\n  $ python -m lambda_app {shlex.join(words)}")
    typed = terminal(words)
    say(f"  {(typed.stdout or typed.stderr).decode().rstrip()}\n")

    say("REST: `uvicorn lambda_app.app:app`, asked with requests")
    say(f"  $ curl --json {shlex.quote(body)} http://127.0.0.1:8000/{NAME}")
    with RestServer("-m", "uvicorn", "--port", "PORT", "--log-level", "warning", "lambda_app.app:app") as server:
        posted = server.post(body.encode(), f"/{NAME}", content_type="application/json")
    say(f"  {posted.text}\n")

    say(f"Lambda: `python -m awslambdaric {HANDLER}`, AWS's runtime client")
    # A file, because version 2 of the AWS CLI takes a payload on the command line for base64.
    say(f"  $ echo {shlex.quote(body)} > event.json")
    say("  $ aws lambda invoke --function-name lambda_app --payload fileb://event.json answer.json")
    invoked, again = invoke(values), invoke(values)
    say(f"  $ cat answer.json\n  {json.dumps(invoked.document, ensure_ascii=False)}\n")

    say("Lambda behind an HTTP API, deployed with PublicAccess=true: the same handler")
    event = http_api(NAME, values)
    url = f"https://{event['requestContext']['domainName']}/{NAME}"
    say(f"  $ curl --json {shlex.quote(body)} \\\n      {url}")
    from_http_api = invoke(event)
    say(f"  {from_http_api.document.get('body', from_http_api.document)}\n")
    return Doors(typed, posted, invoked, again, from_http_api)


def invoke(event: object) -> Answer:
    """Return the answer of a new Lambda environment."""
    with LambdaRuntime(HANDLER) as runtime:
        return runtime.invoke(event)


def main() -> int:
    """Open the doors, show what each answers, and return 0 where they agree."""
    try:
        get_settings()
        values = document(ENDPOINT.request)
        print("One function, three doors. Each is a process of its own; this is what you would type.\n")
        complaint = ask(values, lambda line: print(line, flush=True)).complaint
    except (NoSample, RuntimeError, SettingsError) as error:
        complaint = str(error)
    if complaint:
        print(f"make run: {complaint}", file=sys.stderr)
        return 1
    print("The three doors agree.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
