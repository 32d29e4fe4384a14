"""`make run`: the same document through all three doors, each a real process, and a failure if one answer differs."""

import json
import shlex
import sys
from typing import Any

from processes import LambdaRuntime, RestServer, terminal
from sample import document, message_field

from lambda_app.cli import as_text
from lambda_app.endpoint import ENDPOINT


def arguments(values: dict[str, Any], message: str | None) -> list[str]:
    """Return the terminal's arguments for a request document."""
    words = []
    for name, value in values.items():
        option = f"--{name.replace('_', '-')}"
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, bool):
                words.append(option if item else option.replace("--", "--no-", 1))
            elif name != message:
                words += [option, item if isinstance(item, str) else json.dumps(item)]
    return [*words, str(values[message])] if message else words


def main() -> int:
    """Open the doors, show what each answers, and return 0 where they agree."""
    values = document(ENDPOINT.request)
    body = json.dumps(values)
    words = arguments(values, message_field(ENDPOINT.request))

    print("One function, three doors. Each is a process of its own; this is what you would type.\n")
    print(f"Terminal\n  $ python -m lambda_app {shlex.join(words)}", flush=True)
    typed = terminal(words)
    print(f"  {typed.stdout.decode().rstrip()}{typed.stderr.decode().rstrip()}\n")

    print("REST: `uvicorn lambda_app.app:app`, asked with requests")
    print(f"  $ curl --json {shlex.quote(body)} http://127.0.0.1:8000/process", flush=True)
    with RestServer("-m", "uvicorn", "--port", "PORT", "--log-level", "warning", "lambda_app.app:app") as server:
        posted = server.post(body.encode(), content_type="application/json")
    print(f"  {posted.text}\n")

    print("Lambda: `python -m awslambdaric lambda_app.aws_lambda.handler`, AWS's runtime client")
    print(f"  $ aws lambda invoke --function-name lambda_app --payload {shlex.quote(body)} answer.json", flush=True)
    with LambdaRuntime("lambda_app.aws_lambda.handler") as runtime:
        invoked = runtime.invoke(values)
    print(f"  {json.dumps(invoked.document, ensure_ascii=False)}\n")

    agreed = (
        typed.returncode == 0
        and posted.ok
        and typed.stdout == as_text(posted.content) + b"\n"
        and invoked == ("response", posted.json())
    )
    if not agreed:
        print("The doors do NOT agree.", file=sys.stderr)
        return 1
    print("The three doors agree.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
