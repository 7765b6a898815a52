"""Asking what is. Asking never changes what comes after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from hiyari.physics.geometry import Vector

from .values import Motion, Near, Picture, Touch, View


class Sensing(Protocol):
    """Questions about the present state."""

    def motion(self, body: int) -> Motion:
        """Return the motion of a base's frame."""
        ...

    def link_motions(self, body: int, links: Sequence[int]) -> list[Motion]:
        """Return the motions of link frames."""
        ...

    def joint_states(self, body: int, joints: Sequence[int]) -> tuple[list[float], list[float]]:
        """Return positions and speeds."""
        ...

    def contacts(self, body: int) -> list[Touch]:
        """Return the force-bearing contact points of a body in the last step."""
        ...

    def closest(
        self, a: int, b: int, within: float, link_a: int | None = None, link_b: int | None = None
    ) -> Near | None:
        """Return the closest points of two bodies or links that are nearer than ``within``."""
        ...

    def bounds(self, body: int, link: int) -> tuple[Vector, Vector]:
        """Return the axis-aligned box around a link."""
        ...

    def ray(self, start: Vector, end: Vector) -> int | None:
        """Return the first body a ray meets."""
        ...

    def reflected_mass(self, body: int, link: int, point: Vector, normal: Vector) -> float:
        """Return 1/(J M^-1 J^T) of a point of a link along a normal, kg."""
        ...

    def point_speed(self, body: int, link: int, point: Vector, speeds: Sequence[float]) -> Vector:
        """Return the velocity that joint speeds (of all moving joints, in order) give a point of a link."""
        ...

    def holding_torques(self, body: int) -> list[float]:
        """Return the torques of all moving joints, in order, that balance gravity and the present motion.

        For bodies with a fixed base.
        """
        ...

    def camera(self, view: View) -> Picture:
        """Return a picture, rendered in software and the same on every run."""
        ...

    def state(self) -> bytes:
        """Return the full state of all bodies as little-endian float64."""
        ...

    def describe(self) -> dict[str, Any]:
        """Return name, version and parameters in force, read back from the engine where it can be.

        ``snapshot`` says what restoring one brings back.
        """
        ...
