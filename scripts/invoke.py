"""`make invoke EVENT=…`: send an event to the Lambda handler in this process, where a debugger can stop it."""

import json
import sys
from pathlib import Path

from processes import ROOT


def main(arguments: list[str]) -> int:
    """Print the handler's answer to the event in a file. What the handler raises is shown with its trace."""
    if len(arguments) != 1:
        print("make invoke: name the file of an event: EVENT=aws_lambda_events/http_api.json", file=sys.stderr)
        return 2
    try:
        event = json.loads(Path(arguments[0]).read_bytes())
    except (OSError, ValueError) as error:
        print(f"make invoke: {arguments[0]} is not the file of an event: {error}", file=sys.stderr)
        return 2
    sys.path.insert(0, str(ROOT))
    from lambda_app.aws_lambda.http import handler  # noqa: PLC0415 (it starts the application up)

    print(json.dumps(handler(event, None), indent=2, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
