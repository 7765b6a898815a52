"""Small data that the modules of the pod pass to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[str], None]
"""Told each step of something long, one line each; may be called from several threads."""

CONTENT_LABEL = "hiyari.content"
"""Image label that holds the digest of everything the image was made from."""


@dataclass(frozen=True)
class ImageRef:
    """An image this engine has."""

    name: str
    """Name and tag to start it by."""
    content: str
    """Hex SHA-256 of everything it was made from."""
