"""`make mine`: which names it takes, and what it changes. test_project.py runs it."""

from pathlib import Path

import pytest
import readme
from derive import renamed
from edits import EDITS, Edit
from mine import ROOT, changes, complaints, main

from workshop.tests.copies import git

NO_NAME = "is no name of a package: lower-case letters, digits and single _, at most 24 of them"


@pytest.mark.parametrize("name", ["shop", "my_service", "a1", "orders_2026"])
def test_the_name_of_a_package_is_taken(name: str) -> None:
    assert list(complaints(name)) == []


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("", "name the package: NAME=my_service"),
        ("My_Service", f"My_Service {NO_NAME}"),
        ("my-service", f"my-service {NO_NAME}"),
        ("_mine", f"_mine {NO_NAME}"),
        ("a__b", f"a__b {NO_NAME}"),
        ("1st", f"1st {NO_NAME}"),
        ("../a", f"../a {NO_NAME}"),
        ("a b", f"a b {NO_NAME}"),
        ("a" * 25, f"{'a' * 25} {NO_NAME}"),
        ("class", "class is a keyword of Python"),
        ("match", "match is a keyword of Python"),
        ("json", "json is a module of Python's standard library"),
        ("fastapi", "fastapi is a library that this project uses"),
        ("pydantic_core", "pydantic_core is a library that this project uses"),
        ("lambda_app", "lambda_app is the name of a file or folder of this project"),
        ("tests", "tests is the name of a file or folder of this project"),
        ("sample", "sample is the name of a file or folder of this project"),
        ("build", "build is the name of a file or folder of this project"),
    ],
)
def test_any_other_name_is_refused_in_one_line(name: str, complaint: str) -> None:
    assert next(complaints(name)) == complaint


def test_a_name_that_is_refused_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["json"]) == 2
    assert capsys.readouterr() == ("", "make mine: json is a module of Python's standard library\n")
    assert main([]) == 2
    assert capsys.readouterr() == ("", "make mine: name the package: NAME=my_service\n")


def test_a_checkout_with_changes_is_refused(tmp_path: Path) -> None:
    git("init", "--quiet", folder=tmp_path)
    assert list(changes(tmp_path)) == []
    (tmp_path / "new").touch()
    assert list(changes(tmp_path)) == ["commit what you have changed, or undo it, and try again"]


def test_a_folder_without_git_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert list(changes(tmp_path)) == ["this is no git repository"]


def test_every_edit_fits_the_file_as_it_is() -> None:
    contents = {edit.file: (ROOT / edit.file).read_text() for edit in EDITS}
    for edit in EDITS:
        contents[edit.file] = edit.apply(contents[edit.file])
    assert {file for file, content in contents.items() if "workshop" in content} == set()


@pytest.mark.parametrize("content", ["", "one one"])
def test_an_edit_of_what_is_not_there_once_is_refused(content: str) -> None:
    with pytest.raises(ValueError, match=f"file has 'one' {content.count('one')} times, and not once"):
        Edit("file", "one").apply(content)


def test_an_edit_goes_as_far_as_its_end() -> None:
    assert Edit("file", "two\n", "2\n", "four\n").apply("one\ntwo\nthree\nfour\nfive\n") == "one\n2\nfive\n"


def test_a_name_takes_its_form_from_where_it_stands() -> None:
    assert renamed("from lambda_app import app # lambda-app, docs/lambda.md\n", "my_service") == (
        "from my_service import app # my-service, docs/lambda.md of the template\n"
    )


def test_every_make_target_that_a_page_of_the_project_names_exists() -> None:
    pages = "\n".join(path.read_text() for path in (ROOT / "workshop/pages").iterdir())
    named = {" ".join(code.split()[:2]) for code in pages.split("`") if code.startswith("make ")}
    listed = readme.run("make --makefile Makefile")
    assert [target for target in sorted(named) if f"{target} " not in listed] == []
