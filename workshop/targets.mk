# The template's own workshop: what a project that was made from it does without. Included by the Makefile.

TESTS += workshop/tests
SHELL_SCRIPTS += .ci/run

.PHONY: mine
mine: install ## Make the template a project of your own, once: NAME=my_service is its package
	@$(BIN)/python workshop/scripts/mine.py $(NAME)
	@$(MAKE) --no-print-directory test

.PHONY: promise
promise: install ## Put another application into a copy, and into a project of `make mine`: all passes there (10 minutes)
	$(BIN)/pytest -m promise --durations 10 workshop/tests

.PHONY: generated-events
generated-events: tools ## Write workshop/tests/generated_events.json again: every event that SAM CLI can make
	SAM_CLI_TELEMETRY=0 .tools/aws/bin/python workshop/scripts/generated_events.py

# The actions that would be downloaded, and what stands in for them: each says why.
STAND_INS := $(foreach action,setup-python cache upload-artifact,--local-repository \
	$(shell grep -ho 'actions/$(action)@[0-9a-f]*' .github/actions/set-up/action.yml .github/workflows/ci.yml)=$(CURDIR)/workshop/stand-ins/$(action))

# The five Pythons of a job run at once: one process each for their tests.
.PHONY: act
act: .tools/ci/installed ## Run the CI workflow on this machine, each job in a copy of this folder; ACT='--job lint': one
	env --unset=MAKEFLAGS --unset=MAKELEVEL $(CI_BIN)/act push --workflows .github/workflows/ci.yml --platform ubuntu-latest=-self-hosted \
		--defaultbranch main --no-cache-server --env PYTEST_XDIST_AUTO_NUM_WORKERS=1 $(STAND_INS) $(ACT)

.PHONY: can-fail
can-fail: install .tools/ci/installed ## See the workflow fail for a lint error, a failing test and a wrong answer
	$(BIN)/pytest -m e2e --numprocesses 2 workshop/tests/test_workflow.py

# Pinned here, and then by its checksums, because its package would install a dependency that reports each installation.
SWAGGER_UI := 5.35.0

.PHONY: docs-assets
docs-assets: install .tools/ci/installed ## Write the files of swagger-ui-dist in lambda_app/rest/docs_page again
	mkdir -p build
	$(CI_BIN)/npm pack --silent --pack-destination build swagger-ui-dist@$(SWAGGER_UI)
	$(BIN)/python workshop/scripts/docs_assets.py build/swagger-ui-dist-$(SWAGGER_UI).tgz

.PHONY: bench
bench: install ## Compare with other frameworks, in Docker (it says how long it takes), and write workshop/benchmarks/results.*
	$(BIN)/python workshop/benchmarks/bench.py

.PHONY: documents
documents: install ## Search for the document of 1 MiB that costs most memory and CPU time to read (1 minute)
	$(BIN)/python workshop/benchmarks/documents.py

.PHONY: attack-peers
attack-peers: install ## Flood FastAPI on other servers as well, on Linux (half an hour), and write docs/withstands.md
	rm -f workshop/benchmarks/attacks.json
	$(BIN)/python workshop/benchmarks/attacks.py
