"""Where a robot's own frame is: the engine tells of the centre of mass, which may lie elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field

from hiyari.physics.engine import Engine
from hiyari.physics.geometry import Vector, about_z, add, rotate, subtract, yaw_of


@dataclass
class Footing:
    """The frame of a robot's base."""

    engine: Engine
    body: int
    position: Vector
    """Where it was placed, metres."""
    yaw: float
    """Heading at which it was placed, radians."""
    fixed: bool
    """Whether it stays there."""
    _offset: Vector = field(init=False)

    def __post_init__(self) -> None:
        away = subtract(self.position, self.engine.motion(self.body).position)
        self._offset = rotate(about_z(-self.yaw), away)

    @property
    def origin(self) -> tuple[Vector, float]:
        """Where the frame is now, metres, and its heading, radians."""
        if self.fixed:
            return self.position, self.yaw
        motion = self.engine.motion(self.body)
        return add(motion.position, rotate(motion.orientation, self._offset)), yaw_of(motion.orientation)

    def local(self, point: Vector) -> Vector:
        """Return a point of the world in this frame, upright."""
        origin, yaw = self.origin
        return rotate(about_z(-yaw), subtract(point, origin))
