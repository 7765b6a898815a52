"""The physics engine protocol over PyBullet in DIRECT mode.

PyBullet holds global state and the GIL, so there is one world per process (docs/robots.md). Its own traps are met
here: ``resetSimulation`` resets most parameters but not the time step, so all are set again; velocity limits of a URDF
are not enforced unless ``maxVelocity`` is passed; contacts come with the bodies in either order and with separated
points.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy
import pybullet

from hiyari.errors import EngineError
from hiyari.physics.engine import Ball, Motion, Near, Parameters, Shape, Touch, View
from hiyari.physics.geometry import UPRIGHT, Quaternion, Vector

from .loading import load_balls, load_shape, load_urdf
from .picture import picture

ZERO: Vector = (0.0, 0.0, 0.0)
POSITION_RATE = 10.0
"""Share of a position error that a joint motor corrects in a second; low, since targets come with their rates."""


class BulletEngine:
    """One PyBullet world. Calls always name the client; see ``Engine`` for what each does."""

    def __init__(self) -> None:
        self._bullet: Any = pybullet
        self._client = pybullet.connect(pybullet.DIRECT)
        if self._client < 0:
            raise EngineError("PyBullet refused another world in this process")
        self._gain = POSITION_RATE / 240.0
        self._bodies: list[tuple[int, list[int]]] = []
        self._open = True

    def reset(self, parameters: Parameters) -> None:
        """See Engine."""
        bullet, client = self._bullet, self._client
        bullet.resetSimulation(physicsClientId=client)
        bullet.setGravity(*parameters.gravity, physicsClientId=client)
        bullet.setPhysicsEngineParameter(
            fixedTimeStep=1.0 / parameters.step_hz,
            numSolverIterations=parameters.solver_iterations,
            numSubSteps=0,
            deterministicOverlappingPairs=1,
            useSplitImpulse=0,
            contactBreakingThreshold=0.02,
            restitutionVelocityThreshold=0.2,
            enableConeFriction=1,
            enableFileCaching=1,
            physicsClientId=client,
        )
        self._gain = POSITION_RATE / parameters.step_hz
        self._bodies = []

    def load_urdf(self, file: Path, position: Vector, orientation: Quaternion, *, fixed: bool) -> int:
        """See Engine."""
        return self._added(load_urdf(self._client, file, position, orientation, fixed=fixed))

    def load_shape(self, shape: Shape, position: Vector, orientation: Quaternion) -> int:
        """See Engine."""
        return self._added(load_shape(self._client, shape, position, orientation))

    def load_balls(
        self, balls: Sequence[Ball], position: Vector, orientation: Quaternion, *, stiffness: float, colour: Vector
    ) -> int:
        """See Engine."""
        return self._added(load_balls(self._client, balls, position, orientation, stiffness, colour))

    def joints(self, body: int) -> dict[str, int]:
        """See Engine."""
        return {info[1].decode(): info[0] for info in self._infos(body)}

    def links(self, body: int) -> dict[str, int]:
        """See Engine."""
        base = self._bullet.getBodyInfo(body, physicsClientId=self._client)[0].decode()
        return {base: -1} | {info[12].decode(): info[0] for info in self._infos(body)}

    def mass(self, body: int) -> float:
        """See Engine."""
        count = self._bullet.getNumJoints(body, physicsClientId=self._client)
        return float(
            sum(self._bullet.getDynamicsInfo(body, link, physicsClientId=self._client)[0] for link in range(-1, count))
        )

    def put(self, body: int, position: Vector, orientation: Quaternion) -> None:
        """See Engine."""
        self._bullet.resetBasePositionAndOrientation(body, position, orientation, physicsClientId=self._client)

    def put_joint(self, body: int, joint: int, position: float) -> None:
        """See Engine."""
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
        """See Engine."""
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
        """See Engine."""
        self._bullet.setJointMotorControlArray(
            body,
            joints,
            self._bullet.VELOCITY_CONTROL,
            targetVelocities=speeds,
            forces=[force] * len(joints),
            physicsClientId=self._client,
        )

    def set_rate(self, step_hz: float) -> None:
        """See Engine."""
        self._bullet.setPhysicsEngineParameter(fixedTimeStep=1.0 / step_hz, physicsClientId=self._client)
        self._gain = POSITION_RATE / step_hz

    def step(self) -> None:
        """See Engine."""
        self._bullet.stepSimulation(physicsClientId=self._client)

    def motion(self, body: int) -> Motion:
        """See Engine."""
        position, orientation = self._bullet.getBasePositionAndOrientation(body, physicsClientId=self._client)
        linear, angular = self._bullet.getBaseVelocity(body, physicsClientId=self._client)
        return Motion(position, orientation, linear, angular)

    def link_motions(self, body: int, links: Sequence[int]) -> list[Motion]:
        """See Engine."""
        states = self._bullet.getLinkStates(body, links, computeLinkVelocity=1, physicsClientId=self._client)
        return [Motion(state[4], state[5], state[6], state[7]) for state in states]

    def joint_states(self, body: int, joints: Sequence[int]) -> tuple[list[float], list[float]]:
        """See Engine."""
        states = self._bullet.getJointStates(body, joints, physicsClientId=self._client)
        return [state[0] for state in states], [state[1] for state in states]

    def contacts(self, body: int) -> list[Touch]:
        """See Engine."""
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
        """See Engine."""
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
        """See Engine."""
        low, high = self._bullet.getAABB(body, link, physicsClientId=self._client)
        return low, high

    def ray(self, start: Vector, end: Vector) -> int | None:
        """See Engine."""
        body = self._bullet.rayTest(start, end, physicsClientId=self._client)[0][0]
        return None if body < 0 else int(body)

    def reflected_mass(self, body: int, link: int, point: Vector, normal: Vector) -> float:
        """See Engine."""
        joints = self.moving_joints(body)
        if link < 0 or not joints:
            return self.mass(body)
        positions, _ = self.joint_states(body, joints)
        rows = numpy.array(normal) @ self._jacobian(body, link, point, positions)
        mass = numpy.array(self._bullet.calculateMassMatrix(body, positions, physicsClientId=self._client))
        mobility = float(rows @ numpy.linalg.solve(mass, rows))
        return min(1.0 / mobility if mobility > 1e-9 else self.mass(body), self.mass(body))

    def point_speed(self, body: int, link: int, point: Vector, speeds: Sequence[float]) -> Vector:
        """See Engine."""
        if link < 0:
            return ZERO
        positions, _ = self.joint_states(body, self.moving_joints(body))
        x, y, z = self._jacobian(body, link, point, positions) @ numpy.array(speeds)
        return (float(x), float(y), float(z))

    def moving_joints(self, body: int) -> list[int]:
        """See Engine."""
        return next(joints for known, joints in self._bodies if known == body)

    def hold(self, body: int, link: int, other: int) -> int:
        """See Engine."""
        bullet, client = self._bullet, self._client
        state = bullet.getLinkState(body, link, computeForwardKinematics=1, physicsClientId=client)
        position, orientation = bullet.getBasePositionAndOrientation(other, physicsClientId=client)
        back = bullet.invertTransform(state[0], state[1])
        offset, turn = bullet.multiplyTransforms(*back, position, orientation)
        handle = bullet.createConstraint(
            body, link, other, -1, bullet.JOINT_FIXED, ZERO, offset, ZERO, turn, UPRIGHT, physicsClientId=client
        )
        return int(handle)

    def release(self, handle: int) -> None:
        """See Engine."""
        self._bullet.removeConstraint(handle, physicsClientId=self._client)

    def camera(self, view: View) -> bytes:
        """See Engine."""
        return picture(self._client, view)

    def state(self) -> bytes:
        """See Engine."""
        bullet, client = self._bullet, self._client
        values: list[float] = []
        for body, joints in self._bodies:
            position, orientation = bullet.getBasePositionAndOrientation(body, physicsClientId=client)
            linear, angular = bullet.getBaseVelocity(body, physicsClientId=client)
            values += (*position, *orientation, *linear, *angular)
            if joints:
                for state in bullet.getJointStates(body, joints, physicsClientId=client):
                    values += state[:2]
        return struct.pack(f"<{len(values)}d", *values)

    def describe(self) -> dict[str, Any]:
        """See Engine."""
        found = self._bullet.getPhysicsEngineParameters(physicsClientId=self._client)
        told = {
            key: found[key]
            for key in ("fixedTimeStep", "numSolverIterations", "numSubSteps", "deterministicOverlappingPairs")
            if key in found
        }
        gravity = [found[f"gravityAcceleration{axis}"] for axis in "XYZ"]
        version = str(self._bullet.getAPIVersion())
        return {"name": "pybullet", "api": version, "gravity": gravity, **told}

    def close(self) -> None:
        """See Engine."""
        if self._open:
            self._open = False
            self._bullet.disconnect(physicsClientId=self._client)

    def _added(self, body: int) -> int:
        moving = [info[0] for info in self._infos(body) if info[2] != self._bullet.JOINT_FIXED]
        self._bodies.append((body, moving))
        return body

    def _infos(self, body: int) -> list[Any]:
        count = self._bullet.getNumJoints(body, physicsClientId=self._client)
        return [self._bullet.getJointInfo(body, joint, physicsClientId=self._client) for joint in range(count)]

    def _jacobian(self, body: int, link: int, point: Vector, positions: Sequence[float]) -> Any:
        bullet = self._bullet
        state = bullet.getLinkState(body, link, computeForwardKinematics=1, physicsClientId=self._client)
        local, _ = bullet.multiplyTransforms(*bullet.invertTransform(state[0], state[1]), point, UPRIGHT)
        nothing = [0.0] * len(positions)
        linear, _ = bullet.calculateJacobian(
            body, link, local, list(positions), nothing, nothing, physicsClientId=self._client
        )
        return numpy.array(linear)
