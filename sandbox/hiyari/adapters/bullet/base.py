"""What every part of the PyBullet adapter needs: the client, the bodies, and frames.

PyBullet tells and takes the pose of a base's centre of mass; the protocol speaks of the frame of the base.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pybullet

from hiyari.errors import EngineError
from hiyari.physics.geometry import UPRIGHT, Quaternion, Vector, add, multiply, rotate, scale

ZERO: Vector = (0.0, 0.0, 0.0)
POSITION_RATE = 10.0
"""Share of a position error that a joint motor corrects in a second; low, since targets come with their rates."""


@dataclass
class Loaded:
    """What is known of a body."""

    moving: list[int] = field(default_factory=list)
    """Joints that are not fixed."""
    centre: tuple[Vector, Quaternion] | None = None
    """Of mass, in the frame of the base; none where they are the same."""
    stands: bool = False
    """Loaded to stand still: a plain rigid body that cannot be given mass."""
    belt: tuple[Vector, Vector] | None = None
    """Velocity of the surface of a belt."""
    paintable: bool = False
    spring: float = 0.0
    """Contact stiffness of a cluster, N/m."""


class BulletBase:
    """One PyBullet world. Calls always name the client."""

    def __init__(self) -> None:
        self._bullet: Any = pybullet
        self._client = pybullet.connect(pybullet.DIRECT)
        if self._client < 0:
            raise EngineError("PyBullet refused another world in this process")
        self._gain = POSITION_RATE / 240.0
        self._bodies: dict[int, Loaded] = {}
        self._belts: list[int] = []

    def _pose(self, body: int) -> tuple[Vector, Quaternion]:
        """Return the pose of a base's frame."""
        position, orientation = self._bullet.getBasePositionAndOrientation(body, physicsClientId=self._client)
        centre = self._bodies[body].centre
        if centre is None:
            return position, orientation
        x, y, z, w = centre[1]
        turn = multiply(orientation, (-x, -y, -z, w))
        return add(position, scale(rotate(turn, centre[0]), -1.0)), turn

    def _centre(self, body: int, position: Vector, orientation: Quaternion) -> tuple[Vector, Quaternion]:
        """Return the pose of the centre of mass when the frame of the base is there."""
        centre = self._bodies[body].centre
        if centre is None:
            return position, orientation
        return add(position, rotate(orientation, centre[0])), multiply(orientation, centre[1])

    def _added(self, body: int, known: Loaded) -> int:
        known.moving = [info[0] for info in self._infos(body) if info[2] != self._bullet.JOINT_FIXED]
        offset, turn = self._bullet.getDynamicsInfo(body, -1, physicsClientId=self._client)[3:5]
        if not known.stands and (offset, turn) != (ZERO, UPRIGHT):
            known.centre = (offset, turn)
        self._bodies[body] = known
        # The engine slows everything by default, by more the faster it is: 4 % after half a second of falling.
        self._bullet.changeDynamics(body, -1, linearDamping=0.0, angularDamping=0.0, physicsClientId=self._client)
        return body

    def _infos(self, body: int) -> list[Any]:
        count = self._bullet.getNumJoints(body, physicsClientId=self._client)
        return [self._bullet.getJointInfo(body, joint, physicsClientId=self._client) for joint in range(count)]
