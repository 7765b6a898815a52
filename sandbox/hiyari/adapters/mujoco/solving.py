"""One step of MuJoCo with what its model has no words for.

Between the two halves of a step the rows of the solver are changed:

* A contact with a cluster is a spring of so many N/m, whatever the masses. MuJoCo's own springs are normalised by the
  mass that is felt at the contact. A row with weight D and reference acceleration a* bears the force D (a* - a). With
  D = h (h k / 2 + c) and a* = -(k r + (h k / 2 + c) v) / D that is the force k (r + h v' / 2) + c v' of a spring and
  damper whose length r and speed v' are taken in the middle and at the end of the step h, which keeps its energy better
  than the end alone would.
* Sliding friction is the product of both sides', as in the other engine; MuJoCo takes the larger.
* A motor is a row of dry friction, with the motor's largest force, that pulls to a speed and not to rest.
"""

from __future__ import annotations

from typing import Any

import mujoco
import numpy

from .acting import MujocoActing
from .base import Tables

POSITION_RATE = 10.0
"""Share of a position error that a joint motor corrects in a second, as in the other engine."""


class MujocoSolving(MujocoActing):
    """Makes steps."""

    def step(self) -> None:
        """See Engine."""
        model, data, tables = self._fresh()
        if data.nf:
            self._pull_motors(data, 1.0 / model.opt.timestep)
        if data.ncon:
            _soften(data, tables, model.opt.timestep)
        mujoco.mj_step2(model, data)
        self._touches = None
        if data.ncon:
            contact = data.contact
            rows = contact.efc_address
            forces = numpy.where(rows >= 0, data.efc_force[numpy.maximum(rows, 0)], 0.0) if data.nefc else 0.0 * rows
            bearing = forces > 0.0
            self._touches = (
                contact.geom[bearing],
                contact.pos[bearing],
                contact.frame[bearing, :3],
                forces[bearing],
            )
        data.xfrc_applied[:] = 0.0
        data.qfrc_applied[:] = 0.0
        self._stale = True

    def _pull_motors(self, data: Any, hz: float) -> None:
        drives = self._drives
        rows = slice(data.ne, data.ne + data.nf)
        dofs = data.efc_id[rows]
        target, limit, rate = drives.target[dofs], drives.limit[dofs], drives.rate[dofs]
        towards = POSITION_RATE * (target - data.qpos[drives.at[dofs]]) + rate
        wanted = numpy.where(numpy.isnan(target), rate, numpy.clip(towards, -limit, limit))
        data.efc_aref[rows] = (wanted - data.qvel[dofs]) * hz
        data.efc_frictionloss[rows] = drives.force[dofs]


def _soften(data: Any, tables: Tables, h: float) -> None:
    contact = data.contact
    geoms = contact.geom
    friction = numpy.maximum(tables.friction[geoms[:, 0]] * tables.friction[geoms[:, 1]], 1e-5)
    contact.friction[:, 0] = friction
    contact.friction[:, 1] = friction
    contact.mu[:] = friction
    springs = tables.spring[geoms]
    soft = numpy.flatnonzero((springs.max(axis=1) > 0.0) & (contact.efc_address >= 0))
    for index in soft:
        one, other = springs[index]
        stiffness = one * other / (one + other) if one > 0.0 and other > 0.0 else max(one, other)
        damping = float(tables.damping[geoms[index]].max())
        row = int(contact.efc_address[index])
        inner = h * stiffness / 2.0 + damping
        weight = h * inner
        data.efc_D[row : row + 3] = weight
        data.efc_R[row : row + 3] = 1.0 / weight
        data.efc_aref[row] = -(stiffness * data.efc_pos[row] + inner * data.efc_vel[row]) / weight
        data.efc_aref[row + 1 : row + 3] = -data.efc_vel[row + 1 : row + 3] / h
