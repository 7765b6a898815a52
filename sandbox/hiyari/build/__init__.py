"""The build: the one place that turns names into objects, and runs one episode with them."""

from __future__ import annotations

from .workshop import EpisodeSpec, Workshop

__all__ = ["EpisodeSpec", "Workshop"]
