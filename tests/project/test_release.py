"""scripts/release.py: which tags are releases, and their notes."""

import pytest
import release

from lambda_app import __version__

TAG = f"v{__version__}"


def test_the_notes_of_a_release_are_its_section_of_the_changelog() -> None:
    changelog = f"# Changelog\n\nAbout it.\n\n## {__version__} (2026-11-24)\n\nNew:\n\n- doors\n\n## 0.0.1\n\nOld.\n"

    assert release.notes(TAG, changelog) == "New:\n\n- doors"


@pytest.mark.parametrize(
    ("tag", "changelog", "complaint"),
    [
        pytest.param("v99.0.0", f"## {__version__}\n\nNew.\n", "the tag is v99.0.0, and the", id="other_tag"),
        pytest.param(__version__, f"## {__version__}\n\nNew.\n", "the tag is [0-9]", id="no_v"),
        pytest.param(TAG, "## 99.0.0\n\nNew.\n", f"CHANGELOG.md says nothing of {__version__}", id="no_section"),
        pytest.param(TAG, f"## {__version__}\n\n## 0.0.1\n\nOld.\n", "says nothing", id="empty_section"),
    ],
)
def test_a_tag_that_is_no_release_of_this_checkout_is_refused(tag: str, changelog: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        release.notes(tag, changelog)


def test_the_version_that_is_here_can_be_released(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["release.py", TAG])

    assert release.main() == 0
    assert capsys.readouterr().out.strip()


def test_a_wrong_tag_ends_the_release_with_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["release.py", "v99.0.0"])

    assert release.main() == 1
    assert capsys.readouterr().err.startswith("error: the tag is v99.0.0")


def test_no_tag_is_a_mistake_in_usage(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["release.py"])

    assert release.main() == 2
    assert capsys.readouterr().err == "usage: make release-notes TAG=v1.2.3\n"
