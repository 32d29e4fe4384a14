"""Copies of the repository as it is now, in which another application takes the demo's place."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from processes import ROOT

# Nested documents, an enumeration, dates, decimals, lists, a union, and a model that has itself for a part; and a
# setting that it does not start without.
SHIPPING = "workshop.tests.applications.shipping"
APPLICATION = ROOT / SHIPPING.replace(".", "/")
KEY = {"API_KEY": "made up"}
TEST = """from datetime import date

from {package}.process import arrival


def test_express_takes_a_day():
    assert arrival(date(2026, 11, 22), express=True) == date(2026, 11, 23)
"""


def copy_files(folder: Path) -> None:
    """Copy what git knows, and what it would know."""
    listed = git("ls-files", "--cached", "--others", "--exclude-standard", "-z", folder=ROOT).split("\0")
    for name in filter(lambda name: name and (ROOT / name).is_file(), listed):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)


def put_application(folder: Path, package: str) -> None:
    """Put the application, its setting and its test in the place of the demo's, as a person does."""
    for part in ("process", "endpoints"):
        source = (APPLICATION / f"{part}.py").read_text()
        (folder / package / f"{part}.py").write_text(source.replace(SHIPPING, package).replace("lambda_app", package))
    settings = folder / package / "settings.py"
    text = settings.read_text().replace("\n\n\n@cache", "\n\n    api_key: SecretStr\n\n\n@cache")
    settings.write_text(text.replace(f"\nfrom {package}", f"\nfrom pydantic import SecretStr\n\nfrom {package}", 1))
    (folder / "tests/test_process.py").write_text(TEST.format(package=package))
    # Under its new name, the module is imported in another order.
    ruff = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--quiet",
        "--fix",
        f"{package}/endpoints.py",
        "tests/test_process.py",
    ]
    subprocess.run(ruff, cwd=folder, check=True)


def git(*arguments: str, folder: Path) -> str:
    """Return what git prints."""
    identity = ("-c", "user.name=nobody", "-c", "user.email=nobody@localhost", "-c", "commit.gpgsign=false")
    command = ["/usr/bin/env", "git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def make(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run make in a folder, as if nothing but a shell were around it."""
    own = ("COV", "MAKE", "MFLAGS", "PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST", "PYTHONPATH", "VIRTUAL_ENV")
    outside = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    command = ["/usr/bin/env", "make", f"PYTHON={sys.executable}", *arguments]
    return subprocess.run(
        command, cwd=folder, env={**outside, **settings}, capture_output=True, text=True, check=False, timeout=900
    )
