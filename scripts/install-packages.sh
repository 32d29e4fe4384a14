#!/bin/sh
# Install packages of Debian, or of Ubuntu, where that takes no password: as root, or as a runner of GitHub.
set -eu

if [ "$(id -u)" = 0 ]; then
  become=
else
  become='sudo --non-interactive'
fi
apt() { $become apt-get --quiet --quiet --option DPkg::Lock::Timeout=300 "$@" >/dev/null; }

if ! { command -v apt-get >/dev/null && apt update && apt --no-install-recommends --yes install "$@"; }; then
  echo "error: install these packages first: $*" >&2
  exit 1
fi
