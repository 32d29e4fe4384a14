"""scripts/update.py: whose a file is, which release FROM names, and what is refused."""

from pathlib import Path

import pytest
import update
from releases import Refused, git, source
from update import Whose, bring, main, whose


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lambda_app/__init__.py", Whose.YOURS),
        ("lambda_app/process.py", Whose.YOURS),
        ("lambda_app/settings.py", Whose.YOURS),
        ("lambda_app/__main__.py", Whose.TEMPLATE),
        ("lambda_app/contract/settings.py", Whose.TEMPLATE),
        ("lambda_app/rest/docs_page/page.css", Whose.TEMPLATE),
        ("tests/test_process.py", Whose.YOURS),
        ("tests/rest/test_server.py", Whose.TEMPLATE),
        ("tests/conftest.py", Whose.TEMPLATE),
        ("scripts/update.py", Whose.TEMPLATE),
        ("Makefile", Whose.TEMPLATE),
        ("aws_lambda_events/sqs.json", Whose.MISSING),
        ("README.md", Whose.YOURS),
        ("openapi.json", Whose.YOURS),
        ("pyproject.toml", Whose.SHOWN),
        ("poetry.lock", Whose.SHOWN),
        ("template.yaml", Whose.SHOWN),
        (".github/workflows/ci.yml", Whose.SHOWN),
    ],
)
def test_a_file_is_yours_or_the_template_s(name: str, expected: Whose) -> None:
    assert whose(name, "lambda_app") is expected


@pytest.mark.parametrize(
    ("given", "repository", "release"),
    [
        ("../template", "../template", "HEAD"),
        ("../template@v1.2.3", "../template", "v1.2.3"),
        ("https://example.com/o/r.git", "https://example.com/o/r.git", "HEAD"),
        ("https://example.com/o/r.git@feature/x", "https://example.com/o/r.git", "feature/x"),
        ("https://me@example.com/o/r.git", "https://me@example.com/o/r.git", "HEAD"),
        ("https://me@example.com/o/r.git@v1", "https://me@example.com/o/r.git", "v1"),
        ("git@example.com:o/r.git", "git@example.com:o/r.git", "HEAD"),
        ("git@example.com:o/r.git@v1", "git@example.com:o/r.git", "v1"),
        ("tests@v1", "tests", "v1"),
    ],
)
def test_a_release_is_named_behind_the_repository(given: str, repository: str, release: str) -> None:
    assert source(given) == (repository, release)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty project, which is updated instead of this one."""
    folder = tmp_path / "project"
    folder.mkdir()
    git("init", "--quiet", folder=folder)
    monkeypatch.setattr(update, "ROOT", folder)
    return folder


def write(folder: Path, files: dict[str, str]) -> None:
    """Write files into a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def test_without_from_it_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert capsys.readouterr().err == (
        "make update: name the template's repository, or a release of it: FROM=https://…@v1.2.3\n"
    )


def test_what_was_not_made_a_project_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["../template"]) == 1
    assert capsys.readouterr().err == (
        "make update: nothing was changed: there is no .template.toml, which `make mine` writes\n"
    )
    assert [path.name for path in project.iterdir()] == [".git"]


def test_a_project_with_changes_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / ".template.toml").write_text('tree = ""\n')
    assert main(["../template"]) == 1
    assert capsys.readouterr().err == (
        "make update: nothing was changed: commit what you have changed, or undo it, and try again\n"
    )


def test_the_template_s_files_are_written_and_no_others(project: Path, tmp_path: Path) -> None:
    yours = {"app/process.py": "yours", "app/rest/own.py": "yours", "app/own.py": "yours", "Dockerfile": "yours"}
    events = {"aws_lambda_events/direct.json": "yours"}
    write(project, {**yours, **events, "app/rest/routing.py": "old", "scripts/gone.py": "old"})
    brought = {"app/rest/routing.py": "new", "scripts/run.py": "new", "aws_lambda_events/more.json": "new"}
    others = {"app/process.py": "new", "Dockerfile": "new", "aws_lambda_events/direct.json": "new"}
    write(tmp_path / "release", {**brought, **others})
    old = {"app/process.py", "app/rest/routing.py", "scripts/gone.py", "Dockerfile", "aws_lambda_events/direct.json"}

    bring(tmp_path / "release", old, {*brought, *others}, "app")

    found = git("ls-files", folder=project).splitlines()
    assert {name: (project / name).read_text() for name in found} == {**yours, **events, **brought}


def test_a_file_of_yours_is_not_written_over(project: Path, tmp_path: Path) -> None:
    write(project, {"app/rest/own.py": "yours", "app/rest/routing.py": "old"})
    write(tmp_path / "release", {"app/rest/own.py": "new", "app/rest/routing.py": "new"})
    complaint = "app/rest/own.py is yours, and the release has a file of that name: call yours otherwise"
    with pytest.raises(Refused, match=complaint):
        bring(tmp_path / "release", {"app/rest/routing.py"}, {"app/rest/own.py", "app/rest/routing.py"}, "app")
    assert (project / "app/rest/own.py").read_text() == "yours"
    assert (project / "app/rest/routing.py").read_text() == "old"
