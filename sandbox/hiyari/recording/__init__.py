"""The durable, hash-chained log of an episode."""

from __future__ import annotations

from .compare import Difference, comparable, first_difference
from .manifest import Manifest, read_manifest, write_manifest
from .reader import Recording, find_recordings
from .writer import Recorder

__all__ = [
    "Difference",
    "Manifest",
    "Recorder",
    "Recording",
    "comparable",
    "find_recordings",
    "first_difference",
    "read_manifest",
    "write_manifest",
]
