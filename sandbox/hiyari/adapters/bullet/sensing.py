"""Questions to PyBullet. Contacts come with the bodies in either order and with separated points."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy

from hiyari.physics.geometry import UPRIGHT, Vector, cross, rotate, subtract
from hiyari.physics.protocol.values import Motion, Near, Picture, Touch, View, finite

from .acting import BulletActing
from .base import ZERO
from .picture import picture

SNAPSHOT = (
    "positions and velocities come back exactly, the order of contacts, motors, masses, friction and constraints do "
    "not, so the steps that follow may differ"
)


class BulletSensing(BulletActing):
    """See Sensing."""

    def motion(self, body: int) -> Motion:
        """See Sensing."""
        position, orientation = self._pose(body)
        linear, angular = self._bullet.getBaseVelocity(body, physicsClientId=self._client)
        centre = self._bodies[body].centre
        if centre is not None:
            linear = subtract(linear, cross(angular, rotate(orientation, centre[0])))
        return Motion(position, orientation, linear, angular)

    def link_motions(self, body: int, links: Sequence[int]) -> list[Motion]:
        """See Sensing."""
        states = self._bullet.getLinkStates(body, links, computeLinkVelocity=1, physicsClientId=self._client)
        return [Motion(state[4], state[5], _at_frame(state), state[7]) for state in states]

    def joint_states(self, body: int, joints: Sequence[int]) -> tuple[list[float], list[float]]:
        """See Sensing."""
        states = self._bullet.getJointStates(body, joints, physicsClientId=self._client)
        return [state[0] for state in states], [state[1] for state in states]

    def contacts(self, body: int) -> list[Touch]:
        """See Sensing."""
        touches = []
        for point in self._bullet.getContactPoints(bodyA=body, physicsClientId=self._client):
            if point[9] <= 0.0:
                continue
            if point[1] == body:
                touches.append(Touch(point[3], point[2], point[4], point[6], point[7], point[9]))
            else:
                normal = (-point[7][0], -point[7][1], -point[7][2])
                touches.append(Touch(point[4], point[1], point[3], point[5], normal, point[9]))
        return touches

    def closest(
        self, a: int, b: int, within: float, link_a: int | None = None, link_b: int | None = None
    ) -> Near | None:
        """See Sensing."""
        finite("distance", (within,))
        links = {}
        if link_a is not None:
            links["linkIndexA"] = link_a
        if link_b is not None:
            links["linkIndexB"] = link_b
        points = self._bullet.getClosestPoints(a, b, within, **links, physicsClientId=self._client)
        if not points:
            return None
        point = min(points, key=lambda found: found[8]) if len(points) > 1 else points[0]
        if point[1] == a:
            return Near(point[8], point[3], point[4], point[5], point[6])
        return Near(point[8], point[4], point[3], point[6], point[5])

    def bounds(self, body: int, link: int) -> tuple[Vector, Vector]:
        """See Sensing."""
        low, high = self._bullet.getAABB(body, link, physicsClientId=self._client)
        return low, high

    def ray(self, start: Vector, end: Vector) -> int | None:
        """See Sensing."""
        finite("ray", start, end)
        body = self._bullet.rayTest(start, end, physicsClientId=self._client)[0][0]
        return None if body < 0 else int(body)

    def reflected_mass(self, body: int, link: int, point: Vector, normal: Vector) -> float:
        """See Sensing."""
        joints = self.moving_joints(body)
        if link < 0 or not joints:
            return self.mass(body)
        positions, _ = self.joint_states(body, joints)
        rows = numpy.array(normal) @ self._jacobian(body, link, point, positions)
        mass = numpy.array(self._bullet.calculateMassMatrix(body, positions, physicsClientId=self._client))
        mobility = float(rows @ numpy.linalg.solve(mass, rows))
        return min(1.0 / mobility if mobility > 1e-9 else self.mass(body), self.mass(body))

    def point_speed(self, body: int, link: int, point: Vector, speeds: Sequence[float]) -> Vector:
        """See Sensing."""
        if link < 0:
            return ZERO
        positions, _ = self.joint_states(body, self.moving_joints(body))
        x, y, z = self._jacobian(body, link, point, positions)[:, -len(positions) :] @ numpy.array(speeds)
        return (float(x), float(y), float(z))

    def holding_torques(self, body: int) -> list[float]:
        """See Sensing."""
        positions, speeds = self.joint_states(body, self.moving_joints(body))
        nothing = [0.0] * len(positions)
        torques = self._bullet.calculateInverseDynamics(body, positions, speeds, nothing, physicsClientId=self._client)
        return [float(torque) for torque in torques]

    def camera(self, view: View) -> Picture:
        """See Sensing."""
        return picture(self._client, view)

    def state(self) -> bytes:
        """See Sensing."""
        bullet, client = self._bullet, self._client
        values: list[float] = []
        for body, known in self._bodies.items():
            position, orientation = bullet.getBasePositionAndOrientation(body, physicsClientId=client)
            linear, angular = bullet.getBaseVelocity(body, physicsClientId=client)
            values += (*position, *orientation, *linear, *angular)
            if known.moving:
                for state in bullet.getJointStates(body, known.moving, physicsClientId=client):
                    values += state[:2]
        return struct.pack(f"<{len(values)}d", *values)

    def describe(self) -> dict[str, Any]:
        """See Sensing."""
        found = self._bullet.getPhysicsEngineParameters(physicsClientId=self._client)
        told = {
            key: found[key]
            for key in ("fixedTimeStep", "numSolverIterations", "numSubSteps", "deterministicOverlappingPairs")
            if key in found
        }
        gravity = [found[f"gravityAcceleration{axis}"] for axis in "XYZ"]
        version = str(self._bullet.getAPIVersion())
        return {"name": "pybullet", "api": version, "gravity": gravity, "snapshot": SNAPSHOT, **told}

    def _jacobian(self, body: int, link: int, point: Vector, positions: Sequence[float]) -> Any:
        """Return the world's velocity of a point for each coordinate.

        Measured: the engine takes the point in the link's frame, tells its velocity in the base's, and puts six columns
        for the base before those of the joints when the base is free, as it does in the mass matrix.
        """
        bullet = self._bullet
        state = bullet.getLinkState(body, link, computeForwardKinematics=1, physicsClientId=self._client)
        local, _ = bullet.multiplyTransforms(*bullet.invertTransform(state[4], state[5]), point, UPRIGHT)
        nothing = [0.0] * len(positions)
        linear, _ = bullet.calculateJacobian(
            body, link, local, list(positions), nothing, nothing, physicsClientId=self._client
        )
        _, turn = bullet.getBasePositionAndOrientation(body, physicsClientId=self._client)
        return numpy.array(bullet.getMatrixFromQuaternion(turn)).reshape(3, 3) @ numpy.array(linear)


def _at_frame(state: Sequence[Any]) -> Vector:
    """Return the velocity of a link's frame: the engine tells that of its centre of mass."""
    cx, cy, cz = state[0]
    x, y, z = state[4]
    u, v, w = state[7]
    x, y, z = x - cx, y - cy, z - cz
    a, b, c = state[6]
    return (a + v * z - w * y, b + w * x - u * z, c + u * y - v * x)
