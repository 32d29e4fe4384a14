"""`make generated-events`: write every event that `sam local generate-event` can make to workshop/tests.

Run by the interpreter of SAM CLI's own environment, from which it takes the list of its services.
"""

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "tests" / "generated_events.json"


def generate(service: str, name: str) -> Any:  # noqa: ANN401 (any JSON value)
    """Return one event, as the command prints it."""
    command = [str(Path(sys.executable).with_name("sam")), "local", "generate-event", service, name]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def main() -> None:
    """Write the events, by service and name."""
    mapping = json.loads((files("samcli") / "lib/generated_sample_events/event-mapping.json").read_text())
    events = {f"{service} {name}": generate(service, name) for service, names in mapping.items() for name in names}
    TARGET.write_text(json.dumps(events, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
