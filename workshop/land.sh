#!/usr/bin/env bash
# `.ci/run`: what has to pass before a change lands, on a fresh clone: the CI workflow itself, run by act, a look at
# whether it can fail, and the dev container. Prints how long each part took, and what pytest said last in each.
set -euo pipefail
cd "$(dirname "$0")/.."

# Where PyPI is reached through a mirror, which pip knows and Poetry does not.
POETRY_PYPI_MIRROR_URL=$(python3 -c 'from pip._internal.models.index import PyPI; print(PyPI.simple_url)')
export POETRY_PYPI_MIRROR_URL
export NO_COLOR=1 PIP_QUIET=2

folder=$(mktemp -d)
# Where Docker has no Compose: Debian's.
if ! docker compose version >/dev/null 2>&1; then
  mmdebstrap --quiet --variant=extract --components=main --include=docker-compose trixie "$folder/debian"
  install -D "$folder/debian/usr/libexec/docker/cli-plugins/docker-compose" ~/.docker/cli-plugins/docker-compose
fi
log=$folder/log
times=()
devcontainer() {
  local verb=$1
  shift
  .tools/ci/bin/node .tools/ci/node_modules/.bin/devcontainer "$verb" --workspace-folder "$folder/lambda_app" \
    --remote-env POETRY_PYPI_MIRROR_URL="$POETRY_PYPI_MIRROR_URL" --remote-env PIP_QUIET="$PIP_QUIET" \
    --remote-env REQUESTS_CA_BUNDLE="${REQUESTS_CA_BUNDLE-}" "$@"
}
leave() {
  local status=$? container volumes
  # A long log is cut where it is shown, so repeat at its end what failed.
  if [ $status -ne 0 ] && [ -f "$log" ]; then
    printf '\n=== What failed, in the words of the tests\n'
    grep -E '(^|[| ])(E  |FAILED|ERROR) |error:|❌' "$log" | tail -60 | cut -c 1-300 || true
  fi
  container=$(docker ps --all --quiet --filter "label=devcontainer.local_folder=$folder/lambda_app")
  if [ -n "$container" ]; then
    volumes=$(docker inspect --format '{{range .Mounts}}{{.Name}} {{end}}' "$container")
    docker rm --force "$container" >/dev/null
    xargs docker volume rm >/dev/null <<<"$volumes"
  fi
  rm -rf "$folder"
}
trap leave EXIT

part() { # part NAME COMMAND…
  local name=$1 start=$SECONDS
  shift
  printf '\n=== %s\n' "$name"
  "$@" 2>&1 | tee -a "$log"
  times+=("$(printf '%3d:%02d  %s' $(((SECONDS - start) / 60)) $(((SECONDS - start) % 60)) "$name")")
}

part "the tools: linters, act, dev container CLI" make .tools/ci/installed
# Two jobs at a time; the one of the image, whose tests measure time, waits for all others.
part "the workflow, run by act" make act ACT="--concurrent-jobs 2"
grep -q 'CI/Everything is green.*Job succeeded' "$log"
part "the workflow turns red for a lint error, a failing test and a wrong answer" make can-fail

# The container's user is not root, and must own what it works in.
git clone --quiet . "$folder/lambda_app"
chown -R 1000:1000 "$folder/lambda_app"
chmod 755 "$folder"
export DOCKER_BUILDKIT=0 # the base image may be one that this machine's engine alone has
part "the dev container is built, and make install, make tools" devcontainer up --buildkit never
part "in it: make run" devcontainer exec make run
part "in it: the tests" devcontainer exec make test
part "in it: sam local invoke, and aws lambda invoke on sam local start-lambda" \
  devcontainer exec pytest -m e2e tests/e2e/test_sam.py -k '(local_invoke_answers or aws_lambda_invoke) and direct'

printf '\n=== How long each part took\n'
printf '%s\n' "${times[@]}"
printf '\n=== What pytest said last\n'
grep -E '=+ .*(passed|failed).* in [0-9]' "$log" | sed 's/^\(\[[^]]*\]\) *| */\1 /'
