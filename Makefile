# What a person types, and what CI runs. Everything is installed inside the checkout: .venv and .tools.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
POETRY_VERSION := 2.5.1
BIN := .venv/bin
# What of the package is not yours.
TEMPLATE := lambda_app/__*.py,lambda_app/serve.py,lambda_app/aws_lambda/*,lambda_app/contract/*,lambda_app/rest/*,lambda_app/terminal/*

# Poetry as it is installed, else one of our own. Behind a mirror of PyPI (POETRY_PYPI_MIRROR_URL) always our own,
# because it takes a plugin.
ifeq ($(POETRY_PYPI_MIRROR_URL),)
POETRY := $(or $(shell command -v poetry),.tools/poetry/bin/poetry)
else
POETRY := .tools/poetry/bin/poetry
endif

include docker.mk ci.mk
-include benchmarks/targets.mk

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: install
install: .venv/installed ## Set up .venv, with Poetry

.venv/installed: pyproject.toml poetry.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.13 …")'
	@test -x $(POETRY) || $(MAKE) --no-print-directory $(POETRY)
	$(POETRY) env use --quiet "$$($(PYTHON) -c 'import sys; print(sys.executable)')"
	$(POETRY) sync --no-interaction --quiet
	touch $@

.tools/poetry/bin/poetry:
	$(PYTHON) -m venv .tools/poetry
	.tools/poetry/bin/pip install --quiet --disable-pip-version-check poetry==$(POETRY_VERSION) \
		$(if $(POETRY_PYPI_MIRROR_URL),poetry-plugin-pypi-mirror)

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

.PHONY: test
test: lint coverage ## Lint, check types, test, and measure coverage

.PHONY: coverage
coverage: install ## Test, on as many processors as there are, and measure coverage
	$(BIN)/pytest --numprocesses auto --maxprocesses 8 --durations 10 --cov-report term-missing --cov=lambda_app tests
	@printf '\nOf your own files, which need not be covered:\n'
	@$(BIN)/coverage report --include 'lambda_app/*' --omit '$(TEMPLATE)' --fail-under 0

.PHONY: promise
promise: install ## Put another application into a copy, and see that examples, linters and tests pass there
	$(BIN)/pytest -m promise --durations 10 tests/project

.PHONY: lint
lint: install ## Check style, types and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.PHONY: format
format: install ## Rewrite the code in the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: examples
examples: install ## Write aws_lambda_events, openapi.json and the output in README.md and docs/ again, from the function as it is
	$(BIN)/python scripts/examples.py

.PHONY: generated-events
generated-events: tools ## Write tests/project/generated_events.json again: every event that SAM CLI can make
	SAM_CLI_TELEMETRY=0 .tools/aws/bin/python scripts/generated_events.py

# Pinned here, and then by its checksums, because its package would install a dependency that reports each installation.
SWAGGER_UI := 5.35.0

.PHONY: docs-assets
docs-assets: install .tools/ci/installed ## Write the files of swagger-ui-dist in lambda_app/rest/docs_page again
	mkdir -p build
	$(CI_BIN)/npm pack --silent --pack-destination build swagger-ui-dist@$(SWAGGER_UI)
	$(BIN)/python scripts/docs_assets.py build/swagger-ui-dist-$(SWAGGER_UI).tgz

# GitHub's runners have Chrome and its driver.
.PHONY: browser
browser: install ## Open the documentation page in a browser, and keep screenshots in build/screenshots
	@command -v chromedriver >/dev/null || scripts/install-packages.sh chromium chromium-driver
	$(BIN)/pytest -m browser --durations 5 tests/browser

.PHONY: clean
clean: ## Remove what make has installed and built
	rm -rf .venv .tools .aws-sam .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache build
