"""One rigid part of a person's body."""

from __future__ import annotations

from dataclasses import dataclass

from hiyari.physics.engine import Engine
from hiyari.physics.geometry import Quaternion, Vector, add, distance, rotate


@dataclass
class Segment:
    """One rigid part of a body: a cluster of spheres in the engine for each region it has."""

    bodies: tuple[int, ...]
    regions: tuple[str, ...]
    """Region of each sphere."""
    centres: tuple[Vector, ...]
    """In the segment's frame, which is that of its bodies."""
    radii: tuple[float, ...]
    owners: tuple[int, ...]
    """Body of each sphere."""
    pose: tuple[Vector, Quaternion]
    """Frame of the segment."""
    before: tuple[Vector, Quaternion]
    """The same one step before."""

    def place(self, engine: Engine, pose: tuple[Vector, Quaternion]) -> bool:
        """Move there; returns False when it is there already."""
        self.before = self.pose
        if pose == self.pose:
            return False
        self.pose = pose
        for body in self.bodies:
            engine.put(body, *pose)
        return True

    def sphere(self, ball: int, *, earlier: bool = False) -> Vector:
        """Return a sphere's centre in the world, now or one step before."""
        origin, turn = self.before if earlier else self.pose
        return add(origin, rotate(turn, self.centres[ball]))

    def ball_at(self, body: int, point: Vector) -> int:
        """Return the sphere of one of its bodies whose surface is nearest to a point of the world."""
        balls = [ball for ball, owner in enumerate(self.owners) if owner == body]
        return min(balls, key=lambda ball: abs(distance(self.sphere(ball), point) - self.radii[ball]))

    def region_of(self, body: int) -> str:
        """Return the region of one of its bodies."""
        return self.regions[self.owners.index(body)]
