"""The generated pages of the documentation."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def generator() -> ModuleType:
    """The script that writes them."""
    spec = importlib.util.spec_from_file_location("generate_docs", DOCS / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", sorted(generator().PAGES))
def test_no_page_is_stale(name: str) -> None:
    """Each page is what its source says now; `make docs` writes them again."""
    assert (DOCS / name).read_text(encoding="utf-8") == generator().PAGES[name]().rstrip() + "\n"
