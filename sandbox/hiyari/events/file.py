"""Events of files in the agent's work volume, as the world container saw them."""

from __future__ import annotations

from typing import Literal

from .base import Event


class FileChanged(Event):
    """A file of the work volume differs from what it was before the call."""

    kind: Literal["file.changed"] = "file.changed"
    path: str
    """Path inside the work volume."""
    change: Literal["created", "modified", "deleted"]
    """What happened to it."""
    size: int
    """Bytes now; 0 when deleted."""
    sha256: str
    """Hex SHA-256 of its content now; empty when deleted or not a regular file."""
