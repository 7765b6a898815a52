"""The model, its data, and when they have to be made again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mujoco
import numpy

from hiyari.physics.engine import Parameters
from hiyari.physics.geometry import Vector, rotate

from .building import build_model
from .parts import Array, Motor, Part, Urdf, World, turned, vector, w_first

PYRAMID = 1e-5
"""Least friction the engine's contacts can have."""


@dataclass
class Tables:
    """Where things of the protocol are in the model."""

    links: list[dict[int, int]]
    """Body numbers of the model, for each body and link."""
    free: list[tuple[int, int] | None]
    """Where a free base is in positions and velocities."""
    mocap: list[int]
    joints: list[dict[int, tuple[int, int]]]
    """Where joints are in positions and velocities."""
    owner: Any
    """Body of each geom."""
    link: Any
    """Link of each geom."""
    geoms: dict[tuple[int, int | None], list[int]]
    """Geoms of each link, and of each body under None."""
    friction: Array
    spring: Array
    """N/m of each geom."""
    damping: Array
    """N s/m of each geom: half of critical for what falls, none for what is put."""


class Drives:
    """What joints are commanded, by velocity number of the model."""

    def __init__(self, count: int) -> None:
        self.at = numpy.zeros(count, dtype=numpy.int64)
        self.rate, self.force, self.limit = numpy.zeros(count), numpy.zeros(count), numpy.zeros(count)
        self.target = numpy.full(count, numpy.nan)


class MujocoBase:
    """One MuJoCo world."""

    def __init__(self) -> None:
        # The default writes a log file into the working folder; a state that breaks is found by whoever steps.
        mujoco.set_mju_user_warning(_quiet)
        self._parameters = Parameters(240.0)
        self._world = World()
        self._clear()

    def _clear(self) -> None:
        self._model: Any = None
        self._data: Any = None
        self._tables: Tables | None = None
        self._changed = True
        """The model has to be made again."""
        self._stale = True
        """What follows from the state has to be computed again."""
        self._touches: tuple[Any, Any, Any, Any] | None = None
        """Geoms, points, normals and forces of the contacts of the last step."""
        self._drives = Drives(0)

    def _fresh(self) -> tuple[Any, Any, Tables]:
        """Return model, data and tables, all up to date."""
        if self._changed:
            self._compile()
        if self._stale:
            mujoco.mj_step1(self._model, self._data)
            self._stale = False
        assert self._tables is not None
        return self._model, self._data, self._tables

    def _change(self) -> None:
        """Note how everything moves, for the next model."""
        if not self._changed:
            self._save()
            self._changed = True

    def _compile(self) -> None:
        model = build_model(self._world, self._parameters)
        data = mujoco.MjData(model)
        self._model, self._data = model, data
        self._tables = tables = _tables(self._world, model)
        for handle, bond in self._world.bonds.items():
            model.eq_data[model.equality(f"bond {handle}").id, : len(bond.data)] = bond.data
        for number, part in enumerate(self._world.parts):
            self._place(number, part)
            for joint, (at, dof) in tables.joints[number].items():
                data.qpos[at], data.qvel[dof] = part.places.get(joint, 0.0), part.speeds.get(joint, 0.0)
            if part.surface is not None:
                self._run(number, part)
        self._motors()
        self._changed, self._stale, self._touches = False, True, None

    def _place(self, number: int, part: Part) -> None:
        """Write the pose and velocity of a base into the data."""
        assert self._tables is not None
        data, free = self._data, self._tables.free[number]
        if free is None:
            mocap = self._tables.mocap[number]
            data.mocap_pos[mocap], data.mocap_quat[mocap] = part.position, w_first(part.orientation)
        else:
            at, dof = free
            data.qpos[at : at + 3], data.qpos[at + 3 : at + 7] = part.position, w_first(part.orientation)
            data.qvel[dof : dof + 3], data.qvel[dof + 3 : dof + 6] = part.linear, _into(part, part.angular)
        self._stale = True

    def _save(self) -> None:
        """Read the poses and velocities of all bodies from the data."""
        assert self._tables is not None
        data = self._data
        for number, part in enumerate(self._world.parts):
            free = self._tables.free[number]
            if free is not None:
                at, dof = free
                part.position, part.orientation = vector(data.qpos[at:]), turned(data.qpos[at + 3 :])
                part.linear, part.angular = vector(data.qvel[dof:]), _out_of(part, vector(data.qvel[dof + 3 :]))
            for joint, (at, dof) in self._tables.joints[number].items():
                part.places[joint], part.speeds[joint] = float(data.qpos[at]), float(data.qvel[dof])

    def _run(self, number: int, part: Part) -> None:
        """Let a belt's surface run."""
        assert self._tables is not None
        assert part.surface is not None
        model = self._model
        for geom in self._tables.geoms[number, None]:
            model.geom_surfacevel[geom, :3] = _into(part, part.surface[0])
            model.geom_surfacevel[geom, 3:] = _into(part, part.surface[1])
        model.flg_surfacevel = bool(numpy.any(model.geom_surfacevel))
        self._stale = True

    def _motors(self) -> None:
        """Write what joints are commanded into the tables of the solver."""
        assert self._tables is not None
        self._drives = Drives(int(self._model.nv))
        for number, part in enumerate(self._world.parts):
            for joint, (at, dof) in self._tables.joints[number].items():
                self._drives.at[dof] = at
                self._drive(dof, part.motors[joint])

    def _drive(self, dof: int, motor: Motor) -> None:
        drives, model = self._drives, self._model
        drives.rate[dof], drives.force[dof] = motor.rate, motor.force
        drives.target[dof] = numpy.nan if motor.target is None else motor.target
        drives.limit[dof] = motor.limit
        if (model.dof_frictionloss[dof] > 0.0) != (motor.force > 0.0):
            self._stale = True
        model.dof_frictionloss[dof] = motor.force


def _tables(world: World, model: Any) -> Tables:
    owner, link = numpy.full(model.ngeom, -1), numpy.full(model.ngeom, -1)
    friction, spring, damping = numpy.zeros(model.ngeom), numpy.zeros(model.ngeom), numpy.zeros(model.ngeom)
    tables = Tables([], [], [], [], owner, link, {}, friction, spring, damping)
    for number, part in enumerate(world.parts):
        links = {index: model.body(name).id for index, name in part.links(number).items()}
        tables.links.append(links)
        jointed = int(model.body_jntadr[links[-1]]) if part.free else -1
        tables.free.append((int(model.jnt_qposadr[jointed]), int(model.jnt_dofadr[jointed])) if part.free else None)
        tables.mocap.append(-1 if part.free else int(model.body_mocapid[model.body(str(number)).id]))
        joints = {}
        if isinstance(part.what, Urdf):
            for index in part.moving:
                joint = model.joint(f"{number}/{part.what.joints[index].name}").id
                joints[index] = (int(model.jnt_qposadr[joint]), int(model.jnt_dofadr[joint]))
        tables.joints.append(joints)
        whole = tables.geoms[number, None] = []
        for index, body in links.items():
            first = int(model.body_geomadr[body])
            tables.geoms[number, index] = list(range(first, first + int(model.body_geomnum[body])))
            whole += tables.geoms[number, index]
            for geom in tables.geoms[number, index]:
                owner[geom], link[geom] = number, index
                friction[geom] = max(part.friction[index], PYRAMID)
                spring[geom] = part.spring
                damping[geom] = numpy.sqrt(part.spring * part.mass)
    return tables


def _into(part: Part, v: Vector) -> Vector:
    x, y, z, w = part.orientation
    return rotate((-x, -y, -z, w), v)


def _out_of(part: Part, v: Vector) -> Vector:
    return rotate(part.orientation, v)


def _quiet(text: str) -> None:
    """Take a warning."""
