"""Docker, SAM CLI and AWS CLI, driven as a person drives them."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests
from processes import ROOT

from lambda_app.settings import Settings

TOOLS = ROOT / ".tools/aws/bin"
PATH = os.pathsep.join([str(Path(sys.executable).parent), str(TOOLS), os.environ["PATH"]])
ENVIRONMENT = {
    # Nobody's account: SAM CLI would ask AWS who they are. The tools want a region all the same.
    **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
    "AWS_DEFAULT_REGION": "us-east-1",
    "PATH": PATH,
    "SAM_CLI_TELEMETRY": "0",
}
SECONDS = 120
IMAGE = os.environ.get("IMAGE", "lambda_app")

# A person's required settings, as this environment has them.
SETTINGS = [f"--env={name.upper()}" for name, field in Settings.model_fields.items() if field.is_required()]
# How every door opens: nothing can be written, nothing is privileged, and the user is nobody.
HARDENED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "65534", *SETTINGS)


def run(*command: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end, whatever its exit status."""
    return subprocess.run(
        command, cwd=ROOT, env=ENVIRONMENT, input=stdin, capture_output=True, timeout=SECONDS, check=False
    )


def output(*command: str) -> str:
    """Return what a command prints on standard output; raises RuntimeError where it fails."""
    finished = run(*command)
    if finished.returncode:
        raise RuntimeError(f"{' '.join(command)}: {finished.stderr.decode()}")
    return finished.stdout.decode()


def inspect(name: str) -> Any:
    """Return what Docker knows of an image or a container."""
    return json.loads(output("docker", "inspect", name))[0]


def wait_for(url: str, log: Path | None = None) -> None:
    """Return once something answers at a URL."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            requests.get(url, timeout=10)
        except requests.ConnectionError:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{url} does not answer: {log.read_text() if log else ''}") from None
            time.sleep(0.1)
        else:
            return


class Container:
    """A container that serves on a port, from `docker run` until it is removed."""

    def __init__(self, image: str, *command: str, port: int = 8000, options: tuple[str, ...] = HARDENED) -> None:
        self.command = ("docker", "run", "--detach", "--publish", f"127.0.0.1::{port}", *options, image, *command)

    def __enter__(self) -> Self:
        self.name = output(*self.command).strip()
        address = output("docker", "port", self.name).rsplit(maxsplit=1)[-1]
        self.url = f"http://{address}"
        return self

    def post(self, body: bytes, path: str = "/process") -> requests.Response:
        """Post a body."""
        return requests.post(self.url + path, body, headers={"content-type": "application/json"}, timeout=SECONDS)

    def log(self) -> str:
        """Return what it has written, on standard output and standard error."""
        finished = run("docker", "logs", self.name)
        return (finished.stdout + finished.stderr).decode()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        output("docker", "rm", "--force", self.name)


class Emulator(Container):
    """AWS's Runtime Interface Emulator alone in front of an image, as AWS documents it.

    Lambda's developer guide, "Deploy Python Lambda functions with container images": the emulator is mounted and made
    the entry point, the image's own command, or another one, its arguments.
    """

    def __init__(self, image: str, *command: str, options: tuple[str, ...] = ()) -> None:
        emulator = ROOT / "build/aws-lambda-rie"
        mounted = ("--volume", f"{emulator}:/aws-lambda-rie:ro", "--entrypoint", "/aws-lambda-rie")
        command = command or tuple(inspect(image)["Config"]["Cmd"])
        super().__init__(image, *command, port=8080, options=(*HARDENED, *mounted, *options))

    def invoke(self, event: bytes) -> Any:
        """Invoke the function with an event."""
        return self.post(event, "/2015-03-31/functions/function/invocations").json()


class Server:
    """A command that serves until it is interrupted, as with Ctrl-C."""

    def __init__(self, *command: str, log: Path) -> None:
        self.command = command
        self.log = log

    def __enter__(self) -> Self:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=ENVIRONMENT, stdout=log, stderr=log, start_new_session=True
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(SECONDS)
