"""What the benchmarks ask of Docker."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PREFIX = "lambda-app-bench"
LOAD = f"{PREFIX}:load"
DOCKER = shutil.which("docker") or "docker"


def docker(*arguments: str) -> str:
    """Run a Docker command and return what it prints; end the benchmark with its error where it fails."""
    result = subprocess.run([DOCKER, *arguments], capture_output=True, text=True, check=False)
    if result.returncode:
        sys.exit(f"docker {' '.join(arguments)}\n{result.stdout[-2000:]}{result.stderr[-2000:]}")
    return result.stdout.strip()


def base() -> str:
    """Return the base image of every peer: BASE from the environment, or the one in our own Dockerfile."""
    found = re.search(r"^ARG BASE=(\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    return os.environ.get("BASE") or (found[1] if found else sys.exit("the Dockerfile names no BASE"))


def build(name: str, context: Path, dockerfile: Path) -> str:
    """Build an image and return its tag. pip's index is the environment's PIP_INDEX_URL, where that is set."""
    tag = f"{PREFIX}:{name}"
    print(f"  building {tag}", flush=True)
    arguments = ["--build-arg", f"BASE={base()}", "--build-arg", "PIP_INDEX_URL", "--file", str(dockerfile)]
    docker("build", "--quiet", "--tag", tag, *arguments, str(context))
    return tag


def build_ours() -> str:
    """Build the image of this project."""
    return build("ours", ROOT, ROOT / "Dockerfile")


def build_peer(name: str, packaging: str = "compiled") -> str:
    """Build the image of a peer, in one of the packagings beside the peers, with the function that we serve."""
    with tempfile.TemporaryDirectory() as context:
        shutil.copytree(HERE / "peers" / name, context, dirs_exist_ok=True)
        shutil.copy(ROOT / "lambda_app" / "process.py", context)
        if name == "terminal":  # its commands share the application of another peer
            shutil.copy(HERE / "peers" / "fastapi" / "app.py", context)
        return build(f"{name}-{packaging}", Path(context), HERE / "peers" / f"{packaging}.Dockerfile")


def build_load() -> None:
    """Build the image of the load generator, LOAD."""
    build("load", HERE / "load", HERE / "load" / "Dockerfile")


def size(image: str) -> int:
    """Return the size of an image in bytes."""
    return int(docker("image", "inspect", "--format", "{{.Size}}", image))


def run_inside(image: str, script: str, *arguments: str) -> Any:  # noqa: ANN401 (JSON)
    """Run a script of `inside` in an image, read-only as Lambda has it, and return what it prints, decoded."""
    inside = f"{HERE / 'inside'}:/inside:ro"
    options = ("--rm", "--read-only", "--tmpfs", "/tmp", "--volume", inside, "--env", "PYTHONPATH=.")  # noqa: S108
    return json.loads(docker("run", *options, image, "python", f"/inside/{script}", *arguments))


@contextmanager
def container(*arguments: str) -> Iterator[str]:
    """Start a container, give its id, and remove it."""
    name = docker("run", "--detach", *arguments)
    try:
        yield name
    finally:
        docker("rm", "--force", name)


def address(name: str, port: int) -> tuple[str, int]:
    """Return the address at which the port of a container is published."""
    host, _, number = docker("port", name, str(port)).splitlines()[0].rpartition(":")
    return host, int(number)


def resident_megabytes(name: str) -> float:
    """Return the resident memory of the Python processes of a container."""
    rows = [row.split(None, 2) for row in docker("top", name, "-o", "pid,rss,args").splitlines()[1:]]
    return sum(int(resident) for _, resident, command in rows if command.startswith("python")) / 1024


def peak_megabytes(name: str) -> float:
    """Return what the first process of a container has had resident at most."""
    status = docker("exec", name, "cat", "/proc/1/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else sys.exit(status)


def processors() -> Sequence[str]:
    """Return which processor a server runs on and which its load comes from: never the same, where there are two."""
    return ("0", "1") if (os.cpu_count() or 1) > 1 else ("0", "0")
