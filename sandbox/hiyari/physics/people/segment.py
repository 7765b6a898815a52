"""One rigid part of a person's body, or of what moves with the person."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from hiyari.physics.engine import Engine
from hiyari.physics.geometry import Quaternion, Vector, add, distance, dot, length, multiply, rotate, subtract

TOGETHER = 0.005
"""Metres between two spheres of a segment that leave no room for anything."""
Frame = tuple[Vector, Quaternion]


@dataclass
class Segment:
    """One rigid part: a cluster of spheres in the engine for each region it has, and rigid pieces."""

    bodies: tuple[int, ...]
    areas: tuple[str, ...]
    """Area of each sphere; the region's name where the region has no areas."""
    regions: tuple[str, ...]
    """Region of each sphere."""
    centres: tuple[Vector, ...]
    """In the segment's frame."""
    radii: tuple[float, ...]
    """Of the spheres, and of the spheres around rigid pieces."""
    owners: tuple[int, ...]
    """Body of each sphere."""
    pose: tuple[Vector, Quaternion]
    """Frame of the segment."""
    before: tuple[Vector, Quaternion]
    """The same one step before."""
    offsets: dict[int, tuple[Vector, Quaternion]]
    """Frames in the segment of bodies that have one of their own, which are the rigid pieces."""

    @cached_property
    def reach(self) -> float:
        """Metres from its origin within which all its spheres are."""
        return max(length(centre) + radius for centre, radius in zip(self.centres, self.radii, strict=True))

    def place(self, engine: Engine, pose: tuple[Vector, Quaternion]) -> bool:
        """Move there; returns False when it is there already."""
        self.before = self.pose
        if pose == self.pose:
            return False
        self.pose = pose
        origin, turn = pose
        for body in self.bodies:
            own = self.offsets.get(body)
            if own is None:
                engine.put(body, origin, turn)
            else:
                engine.put(body, add(origin, rotate(turn, own[0])), multiply(turn, own[1]))
        return True

    def sphere(self, ball: int, *, earlier: bool = False) -> Vector:
        """Return a sphere's centre in the world, now or one step before."""
        origin, turn = self.before if earlier else self.pose
        return add(origin, rotate(turn, self.centres[ball]))

    def ball_at(self, body: int, point: Vector) -> int:
        """Return the sphere of one of its bodies whose surface is nearest to a point of the world."""
        balls = [ball for ball, owner in enumerate(self.owners) if owner == body]
        return min(balls, key=lambda ball: abs(distance(self.sphere(ball), point) - self.radii[ball]))

    def depth(self, ball: int, towards: Vector) -> float:
        """Return how far a sphere and what of its segment lies behind it reach in a direction of length 1, metres."""
        centre, deep = self.sphere(ball), self.radii[ball]
        for other in sorted(range(len(self.radii)), key=lambda one: dot(self.sphere(one), towards)):
            offset = subtract(self.sphere(other), centre)
            along = dot(offset, towards)
            half = self.radii[other] ** 2 - (dot(offset, offset) - along * along)
            if half > 0.0 and along - math.sqrt(half) <= deep + TOGETHER:
                deep = max(deep, along + math.sqrt(half))
        return deep

    def area_at(self, body: int, point: Vector, pose: Frame | None = None) -> str:
        """Return the area of one of its bodies that is nearest to a point of the world, now or in another pose."""
        origin, turn = pose or self.pose
        balls = [ball for ball, owner in enumerate(self.owners) if owner == body]
        centres = {ball: add(origin, rotate(turn, self.centres[ball])) for ball in balls}
        return self.areas[min(balls, key=lambda ball: abs(distance(centres[ball], point) - self.radii[ball]))]

    def region_of(self, body: int) -> str:
        """Return the region of one of its bodies."""
        return self.regions[self.owners.index(body)]
