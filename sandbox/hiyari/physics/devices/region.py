"""Frames and upright-or-tilted boxes of devices: where points are in them, and whether a sphere reaches in."""

from __future__ import annotations

from dataclasses import dataclass

from hiyari.physics.geometry import Quaternion, Vector, add, length, rotate, subtract


@dataclass(frozen=True)
class Frame:
    """A place and heading that a device's own coordinates start from."""

    origin: Vector
    orientation: Quaternion

    def to_world(self, point: Vector) -> Vector:
        """Return a point of the frame in the world."""
        return add(self.origin, rotate(self.orientation, point))

    def to_own(self, point: Vector) -> Vector:
        """Return a point of the world in the frame."""
        x, y, z, w = self.orientation
        return rotate((-x, -y, -z, w), subtract(point, self.origin))


@dataclass(frozen=True)
class Region:
    """A box in a frame, whose origin is its middle."""

    frame: Frame
    size: Vector
    """Full sizes, metres."""

    def has(self, point: Vector) -> bool:
        """Return whether a point of the world is in it."""
        return self.gap(point) == 0.0

    def gap(self, point: Vector) -> float:
        """Return the distance of a point of the world from it, metres; 0 inside."""
        own = self.frame.to_own(point)
        x, y, z = (max(0.0, abs(value) - side / 2.0) for value, side in zip(own, self.size, strict=True))
        return length((x, y, z))
