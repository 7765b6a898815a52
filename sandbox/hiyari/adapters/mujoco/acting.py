"""Commands to MuJoCo."""

from __future__ import annotations

from collections.abc import Sequence

from hiyari.physics.geometry import Quaternion, Vector, cross, multiply, rotate, subtract
from hiyari.physics.protocol.values import finite

from .base import PYRAMID
from .loading import MujocoLoading
from .parts import ZERO, Bond, Motor, Part, Urdf, turned, vector, w_first


class MujocoActing(MujocoLoading):
    """See Acting."""

    def put(self, body: int, position: Vector, orientation: Quaternion) -> None:
        """See Acting."""
        finite("pose", position, orientation)
        part = self._world.parts[body]
        part.position, part.orientation, part.linear, part.angular = position, orientation, ZERO, ZERO
        if not self._changed:
            self._place(body, part)

    def put_joint(self, body: int, joint: int, position: float) -> None:
        """See Acting."""
        finite("joint", (position,))
        part = self._world.parts[body]
        part.places[joint], part.speeds[joint] = position, 0.0
        if not self._changed:
            assert self._tables is not None
            at, dof = self._tables.joints[body][joint]
            self._data.qpos[at], self._data.qvel[dof] = position, 0.0
            self._stale = True

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
        for joint, target, force, speed, rate in zip(
            joints, targets, forces, speeds, rates or [0.0] * len(joints), strict=True
        ):
            self._command(body, joint, Motor(force, rate, target, speed))

    def command_speeds(self, body: int, joints: Sequence[int], speeds: Sequence[float], force: float) -> None:
        """See Acting."""
        finite("command", speeds, (force,))
        for joint, speed in zip(joints, speeds, strict=True):
            self._command(body, joint, Motor(force, speed))

    def command_torques(self, body: int, joints: Sequence[int], torques: Sequence[float]) -> None:
        """See Acting."""
        finite("command", torques)
        for joint, torque in zip(joints, torques, strict=True):
            self._command(body, joint, Motor(0.0))
            _, data, tables = self._fresh()
            data.qfrc_applied[tables.joints[body][joint][1]] = torque

    def push(self, body: int, link: int, force: Vector, point: Vector) -> None:
        """See Acting."""
        finite("push", force, point)
        _, data, tables = self._fresh()
        number = tables.links[body][link]
        arm = subtract(point, vector(data.xipos[number]))
        data.xfrc_applied[number, :3] += force
        data.xfrc_applied[number, 3:] += cross(arm, force)

    def twist(self, body: int, torque: Vector) -> None:
        """See Acting."""
        finite("twist", torque)
        _, data, tables = self._fresh()
        data.xfrc_applied[tables.links[body][-1], 3:] += torque

    def set_velocity(self, body: int, linear: Vector, angular: Vector) -> None:
        """See Acting."""
        finite("velocity", linear, angular)
        part = self._world.parts[body]
        if part.surface is not None:
            part.surface = (linear, angular)
            if not self._changed:
                self._run(body, part)
        elif part.free:
            self._fresh()
            self._pull(body, part)
            part.linear, part.angular = linear, angular
            self._place(body, part)

    def set_friction(self, body: int, friction: float, link: int = -1) -> None:
        """See Acting."""
        finite("friction", (friction,))
        if friction < 0.0:
            raise ValueError("friction is at least 0")
        self._world.parts[body].friction[link] = friction
        if self._tables is not None and not self._changed:
            self._tables.friction[self._tables.geoms[body, link]] = max(friction, PYRAMID)

    def set_mass(self, body: int, mass: float) -> None:
        """See Acting."""
        finite("mass", (mass,))
        part = self._world.parts[body]
        if part.stands or mass < 0.0 or (isinstance(part.what, Urdf) and mass == 0.0):
            raise ValueError("a mass is at least 0, and what was loaded to stand still has none")
        self._change()
        if mass == 0.0:
            part.linear = part.angular = ZERO
        part.mass = mass

    def ignore(self, body: int, other: int, *, touch: bool = False) -> None:
        """See Acting."""
        pair = (min(body, other), max(body, other))
        if (pair in self._world.ignored) == touch:
            self._change()
            self._world.ignored ^= {pair}

    def hold(self, body: int, link: int, other: int) -> int:
        """See Acting."""
        _, data, tables = self._fresh()
        holder, held = tables.links[body][link], tables.links[other][-1]
        x, y, z, w = turned(data.xquat[holder])
        back = (-x, -y, -z, w)
        offset = rotate(back, subtract(vector(data.xpos[held]), vector(data.xpos[holder])))
        turn = w_first(multiply(back, turned(data.xquat[held])))
        return self._bound(Bond(body, link, other, (*ZERO, *offset, *turn, 1.0), rigid=True))

    def join(self, body: int, other: int, point: Vector) -> int:
        """See Acting."""
        finite("joint", point)
        if self._world.parts[body].stands or self._world.parts[other].stands:
            raise ValueError("only bodies that were loaded with mass can be joined")
        _, data, tables = self._fresh()
        places: list[float] = []
        for one in (body, other):
            number = tables.links[one][-1]
            x, y, z, w = turned(data.xquat[number])
            places += rotate((-x, -y, -z, w), subtract(point, vector(data.xpos[number])))
        return self._bound(Bond(body, -1, other, tuple(places), rigid=False))

    def release(self, handle: int) -> None:
        """See Acting."""
        self._change()
        del self._world.bonds[handle]

    def _bound(self, bond: Bond) -> int:
        self._change()
        handle = self._world.next_handle
        self._world.next_handle += 1
        self._world.bonds[handle] = bond
        return handle

    def _command(self, body: int, joint: int, motor: Motor) -> None:
        motors = self._world.parts[body].motors
        if motors[joint] == motor:
            return
        motors[joint] = motor
        if not self._changed:
            assert self._tables is not None
            self._drive(self._tables.joints[body][joint][1], motor)

    def _pull(self, number: int, part: Part) -> None:
        """Read the pose of a free base from the data."""
        assert self._tables is not None
        free = self._tables.free[number]
        if free is not None:
            at = free[0]
            part.position, part.orientation = vector(self._data.qpos[at:]), turned(self._data.qpos[at + 3 :])
