"""Questions to MuJoCo."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import Any

import mujoco
import numpy

from hiyari.physics.geometry import Vector
from hiyari.physics.protocol.values import Motion, Near, Picture, Touch, View, finite

from .parts import ZERO, turned, vector
from .picture import picture
from .solving import MujocoSolving

SPHERE, CAPSULE = mujoco.mjtGeom.mjGEOM_SPHERE, mujoco.mjtGeom.mjGEOM_CAPSULE
SOLID = numpy.array([1, 0, 0, 0, 0, 0], dtype=numpy.uint8)
"""Groups of geoms that can be touched."""


class MujocoSensing(MujocoSolving):
    """See Sensing."""

    def motion(self, body: int) -> Motion:
        """See Sensing."""
        return self.link_motions(body, [-1])[0]

    def link_motions(self, body: int, links: Sequence[int]) -> list[Motion]:
        """See Sensing."""
        model, data, tables = self._fresh()
        found, kind = [], mujoco.mjtObj.mjOBJ_XBODY
        speeds = numpy.zeros(6)
        for link in links:
            number = tables.links[body][link]
            mujoco.mj_objectVelocity(model, data, kind, number, speeds, 0)
            a, b, c, u, v, w = speeds.tolist()
            position = data.xpos[number].tolist()
            found.append(Motion(tuple(position), turned(data.xquat[number]), (u, v, w), (a, b, c)))
        return found

    def joint_states(self, body: int, joints: Sequence[int]) -> tuple[list[float], list[float]]:
        """See Sensing."""
        if self._changed:
            self._fresh()
        assert self._tables is not None
        known = self._tables.joints[body]
        places = [known.get(joint, (-1, -1)) for joint in joints]
        positions = [float(self._data.qpos[at]) if at >= 0 else 0.0 for at, _ in places]
        return positions, [float(self._data.qvel[dof]) if dof >= 0 else 0.0 for _, dof in places]

    def contacts(self, body: int) -> list[Touch]:
        """See Sensing."""
        if self._touches is None or self._tables is None:
            return []
        geoms, points, normals, forces = self._touches
        owner, link = self._tables.owner, self._tables.link
        owners = owner[geoms]
        touches = []
        for index in numpy.flatnonzero((owners == body).any(axis=1)):
            mine = 1 if owners[index, 1] == body else 0
            here, there = geoms[index, mine], geoms[index, 1 - mine]
            x, y, z = normals[index].tolist()
            normal = (x, y, z) if mine else (-x, -y, -z)
            where, force = vector(points[index]), float(forces[index])
            touches.append(Touch(int(link[here]), int(owner[there]), int(link[there]), where, normal, force))
        return touches

    def closest(
        self, a: int, b: int, within: float, link_a: int | None = None, link_b: int | None = None
    ) -> Near | None:
        """See Sensing."""
        finite("distance", (within,))
        model, data, tables = self._fresh()
        best, found = within, None
        segment = numpy.zeros(6)
        others = tables.geoms[b, link_b]
        for one in tables.geoms[a, link_a]:
            for other in others:
                reach = float(model.geom_rbound[one] + model.geom_rbound[other])
                if math.dist(data.geom_xpos[one], data.geom_xpos[other]) - reach > best:
                    continue
                # A little more than the best, since what is as far as the limit is not looked at.
                gap = mujoco.mj_geomDistance(model, data, one, other, best + 1e-9, segment)
                if gap < best:
                    best, found = gap, (one, other, segment.tolist())
        if found is None:
            return None
        one, other, (x, y, z, u, v, w) = found
        return Near(best, int(tables.link[one]), int(tables.link[other]), (x, y, z), (u, v, w))

    def bounds(self, body: int, link: int) -> tuple[Vector, Vector]:
        """See Sensing."""
        model, data, tables = self._fresh()
        low, high = numpy.full(3, math.inf), numpy.full(3, -math.inf)
        for geom in tables.geoms[body, link]:
            turn = data.geom_xmat[geom].reshape(3, 3)
            centre = data.geom_xpos[geom] + turn @ model.geom_aabb[geom, :3]
            size = model.geom_size[geom]
            if model.geom_type[geom] == SPHERE:
                half = numpy.full(3, size[0])
            elif model.geom_type[geom] == CAPSULE:
                half = numpy.abs(turn[:, 2]) * size[1] + size[0]
            else:
                half = numpy.abs(turn) @ model.geom_aabb[geom, 3:]
            low, high = numpy.minimum(low, centre - half), numpy.maximum(high, centre + half)
        if not numpy.isfinite(low).all():
            place = vector(data.xpos[tables.links[body][link]])
            return place, place
        return vector(low), vector(high)

    def ray(self, start: Vector, end: Vector) -> int | None:
        """See Sensing."""
        finite("ray", start, end)
        model, data, tables = self._fresh()
        way, geom = numpy.subtract(end, start), numpy.array([-1], dtype=numpy.int32)
        far = mujoco.mj_ray(model, data, numpy.array(start, dtype=float), way, SOLID, True, -1, geom)
        return int(tables.owner[geom[0]]) if 0.0 <= far <= 1.0 else None

    def reflected_mass(self, body: int, link: int, point: Vector, normal: Vector) -> float:
        """See Sensing."""
        if link < 0 or not self.moving_joints(body):
            return self.mass(body)
        model, data, _ = self._fresh()
        whole = numpy.zeros((model.nv, model.nv))
        mujoco.mj_fullM(model, data, whole)
        columns = self._columns(body)
        rows = numpy.array(normal) @ self._jacobian(body, link, point)[:, columns]
        mobility = float(rows @ numpy.linalg.solve(whole[numpy.ix_(columns, columns)], rows))
        return min(1.0 / mobility if mobility > 1e-9 else self.mass(body), self.mass(body))

    def point_speed(self, body: int, link: int, point: Vector, speeds: Sequence[float]) -> Vector:
        """See Sensing."""
        if link < 0:
            return ZERO
        return vector(self._jacobian(body, link, point)[:, self._columns(body)] @ numpy.array(speeds))

    def holding_torques(self, body: int) -> list[float]:
        """See Sensing."""
        _, data, _ = self._fresh()
        return [float(data.qfrc_bias[dof]) for dof in self._columns(body)]

    def camera(self, view: View) -> Picture:
        """See Sensing."""
        model, data, tables = self._fresh()
        return picture(model, data, tables.owner, self._world, view)

    def state(self) -> bytes:
        """See Sensing."""
        values: list[float] = []
        for body, part in enumerate(self._world.parts):
            position, orientation, linear, angular = self.motion(body)
            values += (*position, *orientation, *linear, *angular)
            for place, speed in zip(*self.joint_states(body, part.moving), strict=True):
                values += (place, speed)
        return struct.pack(f"<{len(values)}d", *values)

    def _columns(self, body: int) -> list[int]:
        assert self._tables is not None
        return [dof for _, dof in self._tables.joints[body].values()]

    def _jacobian(self, body: int, link: int, point: Vector) -> Any:
        model, data, tables = self._fresh()
        linear = numpy.zeros((3, model.nv))
        mujoco.mj_jac(model, data, linear, None, numpy.array(point, dtype=float), tables.links[body][link])
        return linear
