#!/bin/bash
# A virtual environment of its own for the fuzzer, which needs a compiler's runtime and is in no lock file.
set -eu
cd "$(dirname "$0")/.."
[ -x .fuzz/venv/bin/python ] && .fuzz/venv/bin/python -c "import atheris" 2>/dev/null && exit 0
echo "setup: the fuzzer"
.venv/bin/python -m venv .fuzz/venv
.fuzz/venv/bin/pip install -q -e . atheris==3.0.0 h2==4.1.0 h11 dnslib aiosmtpd cryptography
