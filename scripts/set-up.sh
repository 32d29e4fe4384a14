#!/bin/sh
# What the Makefile sets up with. Where something is missing, one line says what, and what to do about it.
set -eu

stop() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

checkout() { # Can this user write where everything is installed?
  for folder in "$PWD" "$PWD/.venv" "$PWD/.tools"; do
    [ ! -e "$folder" ] || [ -w "$folder" ] ||
      stop "you may not write to $folder, and everything is installed there. Make it yours, or clone anew elsewhere."
  done
}

interpreter() { # interpreter PYTHON
  command -v "$1" >/dev/null ||
    stop "there is no $1. Install Python 3.11 or newer (https://www.python.org/downloads/), or name the one that you" \
      "have: make PYTHON=/path/to/python3 …"
  version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])') ||
    stop "$1 does not start. Name a Python that does, 3.11 or newer: make PYTHON=/path/to/python3 …"
  [ "${version%.*}" -gt 3 ] || { [ "${version%.*}" -eq 3 ] && [ "${version#*.}" -ge 11 ]; } ||
    stop "$1 is Python $version, and 3.11 or newer is needed. Name another one: make PYTHON=python3.13 …"
}

environment() { # environment PYTHON FOLDER
  checkout
  interpreter "$1"
  # Debian keeps these modules in a package of their own.
  "$1" -c 'import ensurepip, venv' 2>/dev/null ||
    stop "$1 cannot make environments. On Debian and Ubuntu: sudo apt-get install python$version-venv"
  printf 'Making an environment in %s …\n' "$2"
  "$1" -m venv --clear "$2"
}

packager() { # packager POETRY
  case $("$1" --version) in
    *'version 0.'* | *'version 1.'*)
      stop "$1 is older than Poetry 2.2. Use one in the checkout instead: make POETRY=.tools/poetry/bin/poetry …"
      ;;
  esac
}

engine() { # Is there Docker, and does it answer?
  command -v docker >/dev/null ||
    stop "there is no docker command. Install Docker: https://docs.docker.com/get-started/get-docker/"
  said=$(docker version 2>&1 >/dev/null) ||
    stop "Docker does not answer. Start it (Docker Desktop, or: sudo systemctl start docker). It says: $said"
}

repository() { # Can git list the files of the checkout?
  command -v git >/dev/null || stop "there is no git command. Install git: https://git-scm.com/downloads"
  git rev-parse --git-dir >/dev/null 2>&1 || stop "$PWD is not a git repository. Clone it, or make it one: git init"
}

installation() { # installation WHAT COMMAND…
  printf '%s …\n' "$1"
  shift
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  # What Poetry, pip and npm print is long, and their own --quiet hides why they failed.
  if ! "$@" >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    stop "the reason is above. If it is the network: set HTTPS_PROXY to your proxy, or PIP_INDEX_URL and" \
      "POETRY_PYPI_MIRROR_URL to your mirror of PyPI. The next make begins again with what is not whole."
  fi
}

"$@"
