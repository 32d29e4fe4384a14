"""Releases of the template, each as a project of this one's name: what `make update` compares."""

import subprocess
import sys
import tarfile
from pathlib import Path

from processes import ROOT

# What a commit needs that nobody keeps.
AS_NOBODY = ("-c", "user.name=nobody", "-c", "user.email=nobody@localhost", "-c", "commit.gpgsign=false")


class Refused(Exception):
    """Why nothing was changed."""


def git(*arguments: str, folder: Path) -> str:
    """Return what git prints. Raises Refused, with the last line of its complaint, where it fails."""
    command = ["/usr/bin/env", "git", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused((done.stderr.strip() or f"git {arguments[0]} has failed").splitlines()[-1])
    return done.stdout


def source(given: str) -> tuple[str, str]:
    """Return the repository and the release that FROM names. An @ before the path is the one of `git@github.com`."""
    repository, _, release = given.rpartition("@")
    if "/" in repository.split("://")[-1] or (repository and Path(repository).is_dir()):
        return repository, release
    return given, "HEAD"


class Releases:
    """The project of this one's name that releases make of themselves, each a commit of a temporary repository."""

    def __init__(self, repository: str, package: str, scratch: Path) -> None:
        self.repository, self.package = repository, package
        self.template, self.folder = scratch / "template", scratch / "project"
        git("clone", "--quiet", "--bare", repository, str(self.template), folder=ROOT)
        git("init", "--quiet", str(self.folder), folder=ROOT)

    def tree(self, release: str) -> str:
        """Return the tree of a release. Raises Refused where the template has no such release."""
        try:
            return git("rev-parse", "--verify", f"{release}^{{tree}}", folder=self.template).strip()
        except Refused:
            raise Refused(f"{self.repository} has no {release}") from None

    def first_of(self, trees: list[str]) -> str:
        """Return the first of these trees that a release has. Raises Refused where none has."""
        released = set(git("log", "--all", "--format=%T", folder=self.template).split())
        if found := next((tree for tree in trees if tree in released), None):
            return found
        raise Refused(f"{self.repository} does not have the release that this project is of")

    def commit(self, tree: str) -> set[str]:
        """Commit what a release makes of itself, and return the names of its files."""
        git("rm", "-r", "--quiet", "--force", "--ignore-unmatch", ".", folder=self.folder)
        git("archive", "--output", str(self.folder.with_suffix(".tar")), tree, folder=self.template)
        with tarfile.open(self.folder.with_suffix(".tar")) as archive:
            archive.extractall(self.folder, filter="data")
        git("add", "--all", "--force", folder=self.folder)
        command = [sys.executable, "workshop/scripts/derive.py", self.package]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Refused(f"this release cannot be brought: {done.stderr.strip().splitlines()[-1]}")
        git("add", "--all", folder=self.folder)
        git(*AS_NOBODY, "commit", "--quiet", "--message", tree, folder=self.folder)
        return set(git("ls-files", folder=self.folder).splitlines())
