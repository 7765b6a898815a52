"""Commands to PyBullet.

Velocity limits of a URDF are not enforced unless ``maxVelocity`` is passed at every command.
"""

from __future__ import annotations

from collections.abc import Sequence

from hiyari.physics.geometry import UPRIGHT, Quaternion, Vector, add, cross, rotate
from hiyari.physics.protocol.values import finite

from .base import ZERO
from .loading import BulletLoading


class BulletActing(BulletLoading):
    """See Acting."""

    def put(self, body: int, position: Vector, orientation: Quaternion) -> None:
        """See Acting."""
        finite("pose", position, orientation)
        pose = self._centre(body, position, orientation)
        self._bullet.resetBasePositionAndOrientation(body, *pose, physicsClientId=self._client)

    def put_joint(self, body: int, joint: int, position: float) -> None:
        """See Acting."""
        finite("joint", (position,))
        self._bullet.resetJointState(body, joint, position, physicsClientId=self._client)
        self._bullet.getLinkState(body, joint, computeForwardKinematics=1, physicsClientId=self._client)

    def command_positions(
        self,
        body: int,
        joints: Sequence[int],
        targets: Sequence[float],
        forces: Sequence[float],
        speeds: Sequence[float],
        rates: Sequence[float] | None = None,
    ) -> None:
        """See Acting."""
        finite("command", targets, forces, speeds, rates or ())
        drive, mode, client = self._bullet.setJointMotorControl2, self._bullet.POSITION_CONTROL, self._client
        for joint, target, force, speed, rate in zip(
            joints, targets, forces, speeds, rates or [0.0] * len(joints), strict=True
        ):
            drive(
                body,
                joint,
                mode,
                targetPosition=target,
                targetVelocity=rate,
                force=force,
                maxVelocity=speed,
                positionGain=self._gain,
                velocityGain=1.0,
                physicsClientId=client,
            )

    def command_speeds(self, body: int, joints: Sequence[int], speeds: Sequence[float], force: float) -> None:
        """See Acting."""
        finite("command", speeds, (force,))
        self._bullet.setJointMotorControlArray(
            body,
            joints,
            self._bullet.VELOCITY_CONTROL,
            targetVelocities=speeds,
            forces=[force] * len(joints),
            physicsClientId=self._client,
        )

    def command_torques(self, body: int, joints: Sequence[int], torques: Sequence[float]) -> None:
        """See Acting."""
        finite("command", torques)
        self.command_speeds(body, joints, [0.0] * len(joints), 0.0)
        self._bullet.setJointMotorControlArray(
            body, joints, self._bullet.TORQUE_CONTROL, forces=torques, physicsClientId=self._client
        )

    def push(self, body: int, link: int, force: Vector, point: Vector) -> None:
        """See Acting."""
        finite("push", force, point)
        frame = self._bullet.WORLD_FRAME
        self._bullet.applyExternalForce(body, link, force, point, frame, physicsClientId=self._client)

    def twist(self, body: int, torque: Vector) -> None:
        """See Acting."""
        finite("twist", torque)
        frame = self._bullet.WORLD_FRAME
        self._bullet.applyExternalTorque(body, -1, torque, frame, physicsClientId=self._client)

    def set_velocity(self, body: int, linear: Vector, angular: Vector) -> None:
        """See Acting."""
        finite("velocity", linear, angular)
        known = self._bodies[body]
        if known.belt is not None:
            known.belt = (linear, angular)
        centre = known.centre
        if centre is not None:
            linear = add(linear, cross(angular, rotate(self._pose(body)[1], centre[0])))
        self._bullet.resetBaseVelocity(body, linear, angular, physicsClientId=self._client)

    def set_friction(self, body: int, friction: float, link: int = -1) -> None:
        """See Acting."""
        finite("friction", (friction,))
        if friction < 0.0:
            raise ValueError("friction is at least 0")
        self._bullet.changeDynamics(body, link, lateralFriction=friction, physicsClientId=self._client)

    def set_mass(self, body: int, mass: float) -> None:
        """See Acting."""
        finite("mass", (mass,))
        if self._bodies[body].stands or mass < 0.0:
            raise ValueError("a mass is at least 0, and what was loaded to stand still has none")
        if mass == 0.0:
            self.set_velocity(body, ZERO, ZERO)
        self._give_mass(body, mass)

    def ignore(self, body: int, other: int, *, touch: bool = False) -> None:
        """See Acting."""
        bullet, client = self._bullet, self._client
        counts = [bullet.getNumJoints(one, physicsClientId=client) for one in (body, other)]
        for link in range(-1, counts[0]):
            for other_link in range(-1, counts[1]):
                bullet.setCollisionFilterPair(body, other, link, other_link, int(touch), physicsClientId=client)

    def hold(self, body: int, link: int, other: int) -> int:
        """See Acting."""
        bullet, client = self._bullet, self._client
        if link < 0:
            held = bullet.getBasePositionAndOrientation(body, physicsClientId=client)
        else:
            held = bullet.getLinkState(body, link, computeForwardKinematics=1, physicsClientId=client)[:2]
        position, orientation = bullet.getBasePositionAndOrientation(other, physicsClientId=client)
        offset, turn = bullet.multiplyTransforms(*bullet.invertTransform(*held), position, orientation)
        handle = bullet.createConstraint(
            body, link, other, -1, bullet.JOINT_FIXED, ZERO, offset, ZERO, turn, UPRIGHT, physicsClientId=client
        )
        return int(handle)

    def join(self, body: int, other: int, point: Vector) -> int:
        """See Acting."""
        finite("joint", point)
        if self._bodies[body].stands or self._bodies[other].stands:
            raise ValueError("only bodies that were loaded with mass can be joined")
        bullet, client = self._bullet, self._client
        places = []
        for one in (body, other):
            pose = bullet.getBasePositionAndOrientation(one, physicsClientId=client)
            places.append(bullet.multiplyTransforms(*bullet.invertTransform(*pose), point, UPRIGHT)[0])
        kind = bullet.JOINT_POINT2POINT
        handle = bullet.createConstraint(body, -1, other, -1, kind, ZERO, *places, physicsClientId=client)
        return int(handle)

    def release(self, handle: int) -> None:
        """See Acting."""
        self._bullet.removeConstraint(handle, physicsClientId=self._client)
