"""A project that was made from the template: `make mine` in a clone, a person's function in it, and `make update`.

The tests follow one project, in order: each begins with what the one before it has left.
"""

import re
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest
import readme
from processes import ROOT

from workshop.tests.copies import KEY, copy_files, git, make, put_application

pytestmark = pytest.mark.promise

NAME, COMMAND = "price_service", "price-service"


class Clones(NamedTuple):
    """The template's repository, and a project that was cloned from it."""

    template: Path
    project: Path

    def files(self) -> dict[str, bytes]:
        """Return what is in each file of the project."""
        names = git("ls-files", folder=self.project).splitlines()
        return {name: (self.project / name).read_bytes() for name in names}


def commit(folder: Path) -> None:
    """Commit everything in a folder."""
    git("add", "--all", folder=folder)
    git("commit", "--quiet", "--message", "Change", folder=folder)


@pytest.fixture(scope="module")
def clones(tmp_path_factory: pytest.TempPathFactory) -> Clones:
    """Return the template as it is now, and a clone of it."""
    folder = tmp_path_factory.mktemp("clones")
    found = Clones(folder / "template", folder / "project")
    copy_files(found.template)
    git("init", "--quiet", folder=found.template)
    commit(found.template)
    git("clone", "--quiet", str(found.template), str(found.project), folder=folder)
    return found


def test_make_mine_makes_a_project_whose_linters_and_tests_are_green(clones: Clones) -> None:
    made = make(clones.project, "mine", f"NAME={NAME}")
    assert made.returncode == 0, made.stdout + made.stderr
    assert f"\nThis is {NAME} now. LICENSE is as it was: " in made.stdout
    assert "Required test coverage of 100.0% reached. Total coverage: 100.00%" in made.stdout


def test_it_names_nothing_that_is_gone(clones: Clones) -> None:
    files = clones.files()
    assert [name for name in files if name.startswith((".ci/", "workshop/", "docs/", "lambda_app/"))] == []
    gone = re.compile(
        rb"lambda_app|\blambda-app|workshop|\.ci/|make (act|bench|can-fail|docs-assets|documents|promise)\b"
    )
    found = {name: match[0] for name, content in files.items() if (match := gone.search(content))}
    # `make update` runs what a release of the template has there.
    assert found == {"LICENSE": b"lambda_app", "scripts/releases.py": b"workshop"}
    assert files["LICENSE"] == (ROOT / "LICENSE").read_bytes()


def test_it_begins_at_a_version_of_its_own(clones: Clones) -> None:
    project = tomllib.loads((clones.project / "pyproject.toml").read_text())["project"]
    assert (project["name"], project["version"]) == (COMMAND, "0.1.0")
    assert project["scripts"] == {COMMAND: f"{NAME}.__main__:main"}
    assert '\n__version__ = "0.1.0"\n' in (clones.project / NAME / "__init__.py").read_text()
    notes = make(clones.project, "--silent", "release-notes", "TAG=v0.1.0")
    assert (notes.returncode, notes.stdout) == (0, "The first release.\n")


def test_its_workflow_waits_for_every_job_that_it_has(clones: Clones) -> None:
    workflow = (clones.project / ".github/workflows/ci.yml").read_text()
    *others, green = re.findall(r"^  (\w+):\n", workflow.split("\njobs:\n")[1], re.MULTILINE)
    assert (green, others) == ("green", ["lint", "test", "browser", "image", "attack"])
    assert re.findall(r"needs: \[(.*)\]", workflow) == ["lint, test, browser", "image", ", ".join(others)]
    assert f'test "$RESULTS" = "{" ".join(["success"] * len(others))}"\n' in workflow


def test_its_readme_shows_what_its_commands_print(clones: Clones) -> None:
    page = (clones.project / "README.md").read_text()
    (command,) = readme.commands(page)
    assert readme.run(command.text, clones.project) == command.output


def test_it_is_made_once(clones: Clones) -> None:
    again = make(clones.project, "mine", "NAME=another")
    assert (again.returncode, again.stdout) == (2, "")
    assert re.fullmatch(r"Makefile:\d+: \*\*\* make mine was run already\.  Stop\.\n", again.stderr)


def test_a_person_s_function_takes_the_place_of_the_demo_s(clones: Clones) -> None:
    commit(clones.project)
    put_application(clones.project, NAME)
    (clones.project / NAME / "tariff.py").write_text('"""A module of a person\'s own."""\n')
    (clones.project / "own.mk").write_text("hello:\n\t@echo hello\n")
    written = make(clones.project, "examples", **KEY)
    assert written.returncode == 0, written.stdout + written.stderr
    page = (clones.project / "README.md").read_text()
    assert "def price(" in page.split("\n## ")[0]
    assert '"price":"2.40"' in page
    assert make(clones.project, "hello").stdout == "hello\n"


def test_its_linters_and_tests_are_green_with_that(clones: Clones) -> None:
    tested = make(clones.project, "test")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "Required test coverage of 100.0% reached. Total coverage: 100.00%" in tested.stdout


def test_an_update_of_what_is_not_committed_is_refused(clones: Clones) -> None:
    before = clones.files()
    refused = make(clones.project, "--silent", "update", f"FROM={clones.template}")
    assert refused.stderr.startswith("make update: nothing was changed: commit what you have changed, or undo it")
    assert (refused.returncode, clones.files()) == (2, before)


def test_an_update_brings_the_template_s_files_and_leaves_the_person_s_alone(clones: Clones) -> None:
    commit(clones.project)
    before = clones.files()
    template = clones.template
    for name in ("lambda_app/contract/problem.py", "lambda_app/process.py", "tests/test_process.py", "Dockerfile"):
        (template / name).write_text(f"{(template / name).read_text()}# lambda_app is newer\n")
    (template / "lambda_app/rest/newer.py").write_text('"""A module of lambda_app."""\n')
    (template / "aws_lambda_events/direct.json").write_text("{}\n")
    (template / "aws_lambda_events/newer.json").write_text('{"arn": "lambda-app"}\n')
    (template / "workshop/newer.py").write_text('"""Of the workshop."""\n')
    (template / "tests/terminal/test_wording.py").unlink()
    commit(template)
    git("tag", "v9.9.9", folder=template)

    updated = make(clones.project, "--silent", "update", f"FROM={template}@v9.9.9")
    assert (updated.returncode, updated.stderr) == (0, "")
    after = clones.files()
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert changed == {
        *(".template.toml", "aws_lambda_events/newer.json", f"{NAME}/contract/problem.py", f"{NAME}/rest/newer.py"),
        "tests/terminal/test_wording.py",
    }
    assert after[f"{NAME}/contract/problem.py"].endswith(b"# price_service is newer\n")
    assert after["aws_lambda_events/newer.json"] == b'{"arn": "price-service"}\n'
    assert "tests/terminal/test_wording.py" not in after
    # The Dockerfile is the person's to edit.
    assert re.search(r" Dockerfile \| 1 \+\n 1 file changed, 1 insertion\(\+\)\n", updated.stdout)
    patch = (clones.project / "build/update.patch").read_text()
    assert patch.startswith("diff --git a/Dockerfile b/Dockerfile\n")
    assert patch.endswith("\n+# price_service is newer\n")


def test_the_same_update_brings_nothing_more(clones: Clones) -> None:
    commit(clones.project)
    before = clones.files()
    again = make(clones.project, "--silent", "update", f"FROM={clones.template}")
    assert (again.returncode, again.stdout) == (0, "This project has that release already.\n")
    assert clones.files() == before


def test_a_file_of_a_person_is_not_written_over_by_one_of_the_template(clones: Clones) -> None:
    (clones.project / NAME / "rest/own.py").write_text('"""A module of a person\'s own."""\n')
    commit(clones.project)
    before = clones.files()
    (clones.template / "lambda_app/rest/own.py").write_text('"""A module of the template."""\n')
    commit(clones.template)
    refused = make(clones.project, "--silent", "update", f"FROM={clones.template}")
    complaint = f"{NAME}/rest/own.py is yours, and the release has a file of that name: call yours otherwise"
    assert refused.stderr.startswith(f"make update: nothing was changed: {complaint}\n")
    assert (refused.returncode, clones.files()) == (2, before)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("FROM=", "name the template's repository, or a release of it: FROM=https://…@v1.2.3"),
        ("FROM=/nowhere", "nothing was changed: fatal: repository '/nowhere' does not exist"),
        ("FROM=TEMPLATE@v0.0.0", "nothing was changed: TEMPLATE has no v0.0.0"),
        ("FROM=OTHER", "nothing was changed: OTHER does not have the release that this project is of"),
    ],
)
def test_a_release_that_is_not_to_be_had_is_named(given: str, complaint: str, clones: Clones) -> None:
    other = clones.template.with_name("other")
    if not other.exists():
        other.mkdir()
        git("init", "--quiet", folder=other)
        git("commit", "--quiet", "--allow-empty", "--message", "Nothing", folder=other)
    given, complaint = (
        text.replace("TEMPLATE", str(clones.template)).replace("OTHER", str(other)) for text in (given, complaint)
    )
    refused = make(clones.project, "--silent", "update", given)
    assert refused.stderr.startswith(f"make update: {complaint}\n")
    assert refused.returncode == 2
