"""What `make` says where something is missing that it needs, and that it repairs what broke off."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import ROOT

# All that a machine has, but for what a test adds.
SYSTEM = ["bash", "cat", "cp", "find", "grep", "make", "mkdir", "mktemp", "rm", "sed", "sh", "tail", "touch", "uname"]
PYTHON = "case $2 in *version_info*) echo 3.13 ;; *executable*) echo /python ;; *) mkdir -p .tools ;; esac"
NO_DOCKER = "error: there is no docker command. Install Docker: https://docs.docker.com/get-started/get-docker/"
ADVICE = (
    "error: the reason is above. If it is the network: set HTTPS_PROXY to your proxy, or PIP_INDEX_URL and "
    "POETRY_PYPI_MIRROR_URL to your mirror of PyPI. The next make begins again with what is not whole."
)


class Checkout:
    """What `make` reads of this checkout, on a machine that has nothing but what is added."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs = folder / "programs"
        self.programs.mkdir()
        for program in SYSTEM:
            (self.programs / program).symlink_to(shutil.which(program) or program)
        (folder / "scripts").mkdir()
        for name in ["Makefile", "Dockerfile", "pyproject.toml", "poetry.lock", "scripts/set-up.sh"]:
            shutil.copy(ROOT / name, folder / name)

    def add(self, program: str, script: str) -> None:
        """Put a program on PATH."""
        path = self.programs / program
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def make(self, *arguments: str, user: int | None = None) -> tuple[int, list[str], list[str]]:
        """Return make's exit status, what it prints, and what it complains of, but for its own last line."""
        ended = subprocess.run(
            ["make", *arguments],  # noqa: S607 (the one of the machine that is made up)
            cwd=self.folder,
            env={"PATH": str(self.programs)},
            user=user,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        complaint = ended.stderr.splitlines()
        assert not complaint or complaint.pop().startswith("make: *** ")
        return ended.returncode, ended.stdout.splitlines(), complaint


@pytest.fixture
def checkout() -> Iterator[Checkout]:
    """Return a checkout that every user can read."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Checkout(Path(name).resolve())


@pytest.mark.parametrize(
    ("arguments", "python", "complaint"),
    [
        (
            ["PYTHON=nope", "run"],
            PYTHON,
            (
                "error: there is no nope. Install Python 3.11 or newer (https://www.python.org/downloads/), or name "
                "the one that you have: make PYTHON=/path/to/python3 …"
            ),
        ),
        (
            ["run"],
            "echo 3.6",
            "error: python3 is Python 3.6, and 3.11 or newer is needed. Name another one: make PYTHON=python3.13 …",
        ),
        (
            ["install"],
            "exit 127",
            "error: python3 does not start. Name a Python that does, 3.11 or newer: make PYTHON=/path/to/python3 …",
        ),
        (
            ["install"],
            "case $2 in *ensurepip*) exit 1 ;; *) echo 3.11 ;; esac",
            "error: python3 cannot make environments. On Debian and Ubuntu: sudo apt-get install python3.11-venv",
        ),
    ],
    ids=["none", "too old", "broken", "without ensurepip"],
)
def test_a_python_that_will_not_do_is_named(
    checkout: Checkout, arguments: list[str], python: str, complaint: str
) -> None:
    checkout.add("python3", python)
    assert checkout.make(*arguments) == (2, [], [complaint])
    assert not (checkout.folder / ".tools").exists()


def test_python_4_will_do(checkout: Checkout) -> None:
    checkout.add("python3", PYTHON.replace("3.13", "4.0"))
    checkout.add("poetry", "mkdir -p .venv")
    assert checkout.make("install")[0] == 0


@pytest.mark.parametrize("target", ["image", "e2e", "attack", "emulate"])
def test_docker_is_asked_for_before_anything_is_installed(checkout: Checkout, target: str) -> None:
    assert checkout.make(target) == (2, [], [NO_DOCKER])


def test_a_docker_that_does_not_answer_is_to_be_started(checkout: Checkout) -> None:
    checkout.add("docker", "echo 'Client: 29.0'; echo 'Cannot connect to the Docker daemon.' >&2; exit 1")
    complaint = (
        "error: Docker does not answer. Start it (Docker Desktop, or: sudo systemctl start docker). "
        "It says: Cannot connect to the Docker daemon."
    )
    assert checkout.make("image") == (2, [], [complaint])


@pytest.mark.parametrize(
    ("git", "complaint"),
    [
        ("", "error: there is no git command. Install git: https://git-scm.com/downloads"),
        ("exit 128", "error: {folder} is not a git repository. Clone it, or make it one: git init"),
    ],
)
def test_the_linters_of_ci_need_a_git_repository(checkout: Checkout, git: str, complaint: str) -> None:
    if git:
        checkout.add("git", git)
    (checkout.folder / ".tools/ci").mkdir(parents=True)
    (checkout.folder / ".tools/ci/installed").touch()
    assert checkout.make("lint-ci") == (2, [], [complaint.format(folder=checkout.folder)])


def test_a_checkout_that_cannot_be_written_to_is_named(checkout: Checkout) -> None:
    checkout.add("python3", PYTHON)
    checkout.folder.chmod(0o555)
    # To root every file system that is not mounted read-only is open.
    answer = checkout.make("install", user=65534 if os.geteuid() == 0 else None)
    checkout.folder.chmod(0o755)
    complaint = (
        f"error: you may not write to {checkout.folder}, and everything is installed there. "
        "Make it yours, or clone anew elsewhere."
    )
    assert answer == (2, [], [complaint])


def test_every_step_of_an_installation_is_announced(checkout: Checkout) -> None:
    checkout.add("python3", f"{PYTHON}; mkdir -p .tools/poetry/bin; cp programs/poetry programs/pip .tools/poetry/bin")
    checkout.add("pip", "exit 0")
    checkout.add("poetry", "mkdir -p .venv")
    steps = [
        "Making an environment in .tools/poetry …",
        "Installing Poetry 2.5.1 into .tools/poetry (half a minute) …",
        "Setting up .venv, with Poetry …",
        "Installing what poetry.lock lists into .venv (half a minute) …",
    ]
    assert checkout.make("POETRY=.tools/poetry/bin/poetry", "install") == (0, steps, [])
    assert checkout.make("POETRY=.tools/poetry/bin/poetry", "install") == (
        0,
        ["make: Nothing to be done for 'install'."],
        [],
    )


def test_an_installation_that_fails_shows_why_and_is_begun_again(checkout: Checkout) -> None:
    checkout.add("python3", PYTHON)
    checkout.add("poetry", "mkdir -p .venv/half; case $1 in sync) echo All attempts to connect failed.; exit 1 ;; esac")
    status, _, complaint = checkout.make("install")
    assert (status, complaint) == (2, ["All attempts to connect failed.", ADVICE])
    checkout.add("poetry", "mkdir -p .venv/whole")
    assert checkout.make("install")[0] == 0
    assert sorted(each.name for each in (checkout.folder / ".venv").iterdir()) == ["installed", "whole"]
    assert not list((checkout.folder / ".tools").iterdir())


def test_what_poetry_install_or_make_has_set_up_is_brought_up_to_date(checkout: Checkout) -> None:
    checkout.add("python3", PYTHON)
    # Should it break off now, it is not whole any more.
    checkout.add("poetry", "[ -d .venv/whole ] && [ ! -e .venv/installed ]")
    (checkout.folder / ".venv/whole").mkdir(parents=True)
    assert checkout.make("install")[0] == 0
    os.utime(checkout.folder / ".venv/installed", (0, 0))
    assert checkout.make("install")[0] == 0


def test_a_poetry_that_is_too_old_is_named(checkout: Checkout) -> None:
    checkout.add("python3", PYTHON)
    checkout.add("poetry", "echo 'Poetry (version 1.8.2)'")
    complaint = (
        f"error: {checkout.programs}/poetry is older than Poetry 2.2. Use one in the checkout instead: "
        "make POETRY=.tools/poetry/bin/poetry …"
    )
    assert checkout.make("install") == (2, [], [complaint])
