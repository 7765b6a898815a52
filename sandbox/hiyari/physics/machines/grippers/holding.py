"""What a gripper holds, and how hard it pulls on it."""

from __future__ import annotations

from dataclasses import dataclass

from hiyari.physics.engine import Engine
from hiyari.physics.geometry import Vector, add, dot, length, scale, subtract

GRAVITY: Vector = (0.0, 0.0, -9.81)


@dataclass
class Held:
    """An object in the gripper."""

    name: str
    body: int
    mass: float
    """kg, as told."""
    handle: int
    strained: int = 0
    """Ticks for which the pull has been too strong."""
    _before: Vector | None = None

    def pull(self, engine: Engine, robot: int, ahead: Vector, seconds: float) -> float:
        """Return the force the gripper has to bear, N, by Newton's second law; call it once every control tick.

        It is what is left of mass times acceleration after weight and the contacts with everything but the robot. What
        presses the object into the gripper does not count.

        Args:
            engine: The engine.
            robot: Body of the robot.
            ahead: Unit vector away from the hand.
            seconds: Since the last call.
        """
        now = engine.motion(self.body).linear
        before, self._before = self._before or now, now
        force = scale(subtract(scale(subtract(now, before), 1.0 / seconds), GRAVITY), engine.mass(self.body))
        for touch in engine.contacts(self.body):
            if touch.other != robot:
                force = add(force, scale(touch.normal, -touch.force))
        along = dot(force, ahead)
        return length(subtract(force, scale(ahead, along))) if along > 0.0 else length(force)
