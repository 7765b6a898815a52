"""What devices that are operated by hand offer: the place to touch."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from hiyari.physics.geometry import Vector


@runtime_checkable
class Handled(Protocol):
    """A device with a handle, a knob or a button."""

    def handle(self) -> Vector:
        """Return where it is touched now, metres in the world frame."""
        ...
