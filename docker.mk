# The image, and the tests that open it with the tools that people use. Included by the Makefile.

IMAGE ?= lambda_app
BASE ?= $(shell sed -n 's/^ARG BASE=//p' Dockerfile)
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
REVISION := $(shell git rev-parse --quiet --verify HEAD 2>/dev/null)

DOCKER_BUILD = docker build --build-arg BASE=$(BASE) $(if $(PIP_INDEX_URL),--build-arg PIP_INDEX_URL) \
	$(if $(DEPENDENCY_GROUPS),--build-arg DEPENDENCY_GROUPS=$(DEPENDENCY_GROUPS)) \
	--label org.opencontainers.image.version=$(VERSION) $(if $(REVISION),--label org.opencontainers.image.revision=$(REVISION))

.PHONY: image
image: ## Build the image, for Lambda and for everywhere else, and print what it adds to its base
	$(DOCKER_BUILD) --target lambda --tag $(IMAGE):lambda .
	$(DOCKER_BUILD) --tag $(IMAGE) .
	@docker image inspect $(BASE) >/dev/null 2>&1 || docker pull --quiet $(BASE)
	@docker image inspect --format '{{.Size}}' $(IMAGE) $(BASE) | \
		awk '{ size[NR] = $$1 } END { printf "$(IMAGE): %.1f MB over $(BASE)\n", (size[1] - size[2]) / 1e6 }'

.PHONY: tools
tools: .tools/aws/installed ## Set up SAM CLI and AWS CLI, in .tools/aws/bin

.tools/aws/installed: tests/e2e/requirements.txt
	$(PYTHON) -m venv --clear .tools/aws
	.tools/aws/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

# AWS's emulator, out of .tools: in the dev container that is a volume, of which the host's engine mounts nothing.
build/aws-lambda-rie: .tools/aws/installed
	mkdir -p build
	cp .tools/aws/lib/python3*/site-packages/samcli/local/rapid/*-$(subst aarch64,arm64,$(shell uname -m)) $@

.PHONY: e2e
e2e: install tools image build/aws-lambda-rie ## Open every door of the image with Docker, SAM CLI, AWS CLI, curl and tmux
	@command -v tmux >/dev/null || scripts/install-packages.sh tmux
	$(BIN)/pytest -m e2e tests/e2e

.PHONY: attack
attack: install image build/aws-lambda-rie ## Flood the image, in a container of 512 MiB and one processor, on Linux
	$(BIN)/pytest -m attack --durations 0 --durations-min 1 tests/attacks

.PHONY: emulate
emulate: image build/aws-lambda-rie ## Serve the image on port 9000 behind AWS's Lambda emulator
	docker run --rm --publish 127.0.0.1:9000:8080 --entrypoint /aws-lambda-rie \
		--volume "$(CURDIR)/build/aws-lambda-rie:/aws-lambda-rie:ro" $(IMAGE) python -m lambda_app.serve
