"""The small protocol every physics engine implements; all else in this package knows nothing of the engine.

Bodies are numbers given in load order, links are indices with -1 for the base, all quantities are SI in the world
frame. Which engines there are, and in what they differ, is in docs/engines.md.
"""

from __future__ import annotations

from typing import Protocol

from .protocol.acting import Acting
from .protocol.loading import Loading
from .protocol.sensing import Sensing
from .protocol.values import Ball, Motion, Near, Parameters, Picture, Shape, Touch, View, finite

__all__ = ["Ball", "Engine", "Motion", "Near", "Parameters", "Picture", "Shape", "Touch", "View", "finite"]


class Engine(Loading, Acting, Sensing, Protocol):
    """A physics engine with one world in it."""

    def reset(self, parameters: Parameters) -> None:
        """Remove everything, snapshots too, and set every parameter again."""
        ...

    def set_rate(self, step_hz: float) -> None:
        """Change the steps a second. Motors keep the gains of the old rate until they are commanded again."""
        ...

    def step(self) -> None:
        """Make one step."""
        ...

    def snapshot(self) -> int:
        """Keep the present state until it is forgotten; returns a handle."""
        ...

    def restore(self, handle: int) -> None:
        """Go back to a snapshot, with the same bodies loaded.

        What comes back, and whether the same steps follow, is in ``describe()["snapshot"]``. Nothing may rely on it
        to repeat an episode: that is done by building the scene again and repeating every step.
        """
        ...

    def forget(self, handle: int) -> None:
        """Free a snapshot."""
        ...

    def twin(self) -> Engine:
        """Return another, empty world of the same engine in this process, for planning; close it after use."""
        ...

    def close(self) -> None:
        """Release the engine; may be called more than once."""
        ...
