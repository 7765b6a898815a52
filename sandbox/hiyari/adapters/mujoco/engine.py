"""The physics engine protocol over MuJoCo."""

from __future__ import annotations

import copy
from typing import Any

import mujoco

from hiyari.physics.protocol.values import Parameters, finite

from .parts import World
from .sensing import MujocoSensing

SNAPSHOT = "everything comes back exactly, so the same steps follow"


class MujocoEngine(MujocoSensing):
    """One MuJoCo world; see ``Engine`` for what each call does."""

    def __init__(self) -> None:
        super().__init__()
        self._snapshots: dict[int, Any] = {}
        self._next_snapshot = 1

    def reset(self, parameters: Parameters) -> None:
        """See Engine."""
        finite("parameters", (parameters.step_hz,), parameters.gravity)
        self._parameters, self._world = parameters, World()
        self._snapshots = {}
        self._clear()

    def set_rate(self, step_hz: float) -> None:
        """See Engine."""
        finite("rate", (step_hz,))
        self._parameters = Parameters(step_hz, self._parameters.gravity, self._parameters.solver_iterations)
        if not self._changed:
            self._model.opt.timestep = 1.0 / step_hz
            self._stale = True

    def snapshot(self) -> int:
        """See Engine."""
        self._fresh()
        handle, self._next_snapshot = self._next_snapshot, self._next_snapshot + 1
        self._snapshots[handle] = self._kept()
        return handle

    def restore(self, handle: int) -> None:
        """See Engine."""
        if handle not in self._snapshots:
            raise ValueError(f"there is no snapshot {handle}")
        kept = self._snapshots[handle]
        if len(kept["_world"].parts) != len(self._world.parts):
            raise ValueError("the snapshot is of other bodies")
        vars(self).update(copy.deepcopy(kept))

    def forget(self, handle: int) -> None:
        """See Engine."""
        if handle not in self._snapshots:
            raise ValueError(f"there is no snapshot {handle}")
        del self._snapshots[handle]

    def twin(self) -> MujocoEngine:
        """See Engine."""
        return MujocoEngine()

    def describe(self) -> dict[str, Any]:
        """See Sensing."""
        model, _, _ = self._fresh()
        return {
            "name": "mujoco",
            "api": mujoco.__version__,
            "gravity": [float(value) for value in model.opt.gravity],
            "fixedTimeStep": float(model.opt.timestep),
            "numSolverIterations": int(model.opt.iterations),
            "snapshot": SNAPSHOT,
        }

    def close(self) -> None:
        """See Engine."""
        self._snapshots = {}
        self._world = World()
        self._clear()

    def _kept(self) -> dict[str, Any]:
        names = ("_parameters", "_world", "_model", "_data", "_tables", "_drives", "_touches", "_changed", "_stale")
        return copy.deepcopy({name: getattr(self, name) for name in names})
