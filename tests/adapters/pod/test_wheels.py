"""Python packages for images."""

from __future__ import annotations

import pytest

from hiyari.adapters.pod.wheels import wheels
from hiyari.errors import EngineError


def test_a_package_without_a_hash_is_refused() -> None:
    """What is built in is pinned; the error says what pip said."""
    with pytest.raises(EngineError, match="hash"):
        wheels(b"wheel==0.45.1\n")


def test_no_requirement_is_no_wheel() -> None:
    """A file of comments fetches nothing."""
    assert wheels(b"# none\n") == []
