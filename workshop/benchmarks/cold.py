"""Cold start: from the first invocation of a new container to its answer, through AWS's own runtime emulator.

The emulator waits for the first invocation, then starts the runtime, so this is what Lambda calls the init phase and
the first invocation together: the interpreter, awslambdaric, the imports of the function and the answer. The image is
mounted read-only, with a writable /tmp, as Lambda does it; so bytecode that is not in the image is never written.
"""

import http.client
import json
import platform
import subprocess
import sys
import time
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

from containers import ROOT, address, build_ours, build_peer, container, docker, resident_megabytes
from lambda_events import DIRECT, HTTP_API, REST_API, is_answered
from rounds import Samples, interleave

BASELINE = "fastapi-compiled"
ROWS = {
    "bare": "bare handler",
    "chalice": "Chalice",
    "flask": "Flask + apig-wsgi",
    "powertools": "Powertools, validation on",
    "starlette": "Starlette + Mangum, no model",
    "litestar": "Litestar + Mangum",
    "fastapi-multi-stage": "FastAPI + Mangum, multi-stage",
    "fastapi-single-stage": "FastAPI + Mangum, single stage",
    BASELINE: "FastAPI + Mangum, all compiled",
    "ours": "lambda_app",
    "ours-events": "lambda_app without HTTP, direct",
}
# AWS publishes the emulator on GitHub, and inside SAM CLI, where pip finds it.
EMULATOR_FROM = "aws-sam-cli==1.170.0"
INVOKE = "/2015-03-31/functions/function/invocations"
RUNTIME = ("python", "-m", "awslambdaric", "app.handler")
OURS = ("python", "-m", "lambda_app.serve")


def emulator() -> Path:
    """Return the folder with AWS's runtime emulator, which is downloaded once."""
    folder = ROOT / ".tools" / "emulator"
    if not (folder / "aws-lambda-rie").exists():
        print(f"  downloading AWS's runtime emulator ({EMULATOR_FROM})", flush=True)
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*download, "--dest", str(folder), EMULATOR_FROM], check=True)
        wheel = next(folder.glob("*.whl"))
        machine = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
        with zipfile.ZipFile(wheel) as archive:
            program = archive.read(f"samcli/local/rapid/aws-lambda-rie-{machine}")
        (folder / "aws-lambda-rie").write_bytes(program)
        (folder / "aws-lambda-rie").chmod(0o755)
        wheel.unlink()
    return folder


def measure(rounds: int) -> Samples:
    """Measure the cold start of every row."""
    programs = emulator()
    ours = build_ours()
    packagings = ("multi-stage", "single-stage", "compiled")
    fastapi = {f"fastapi-{packaging}": build_peer("fastapi", packaging) for packaging in packagings}
    rows = {
        "bare": partial(first_answer, programs, build_peer("bare"), RUNTIME, HTTP_API),
        "chalice": partial(first_answer, programs, build_peer("chalice"), RUNTIME, REST_API),
        "flask": partial(first_answer, programs, build_peer("flask"), RUNTIME, HTTP_API),
        "powertools": partial(first_answer, programs, build_peer("powertools"), RUNTIME, HTTP_API),
        "starlette": partial(first_answer, programs, build_peer("starlette"), RUNTIME, HTTP_API),
        "litestar": partial(first_answer, programs, build_peer("litestar"), RUNTIME, HTTP_API),
        **{name: partial(first_answer, programs, image, RUNTIME, HTTP_API) for name, image in fastapi.items()},
        "ours": partial(first_answer, programs, ours, OURS, HTTP_API),
        "ours-events": partial(first_answer, programs, ours, (*OURS, "lambda_app.aws_lambda.events.handler"), DIRECT),
    }
    return interleave(rows, rounds, "cold start")


def first_answer(programs: Path, image: str, command: tuple[str, ...], event: dict[str, Any]) -> dict[str, float]:
    """Return the seconds to the first answer of a new container, and its resident memory then."""
    read_only = ("--read-only", "--tmpfs", "/tmp", "--volume", f"{programs}:/emulator:ro")  # noqa: S108
    entry = ("--publish", "127.0.0.1::8080", "--entrypoint", "/emulator/aws-lambda-rie")
    with container(*read_only, *entry, image, *command) as name:
        host, port = address(name, 8080)
        wait_for(host, port)
        start = time.perf_counter()
        answer = post(host, port, json.dumps(event))
        seconds = time.perf_counter() - start
        if not is_answered(json.loads(answer)):
            sys.exit(f"{image}: a wrong answer: {answer!r}\n{docker('logs', name)}")
        return {"seconds": seconds, "megabytes": resident_megabytes(name)}


def wait_for(host: str, port: int) -> None:
    """Wait until the emulator listens; a path that it does not serve starts nothing."""
    for _ in range(200):
        connection = http.client.HTTPConnection(host, port, timeout=10)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.05)
        except http.client.HTTPException:
            time.sleep(0.05)
        else:
            # What starting the container has left to do shall not be counted.
            time.sleep(0.2)
            return
        finally:
            connection.close()
    sys.exit("the emulator does not answer")


def post(host: str, port: int, body: str) -> bytes:
    """Invoke the function."""
    connection = http.client.HTTPConnection(host, port, timeout=60)
    try:
        connection.request("POST", INVOKE, body)
        return connection.getresponse().read()
    finally:
        connection.close()
