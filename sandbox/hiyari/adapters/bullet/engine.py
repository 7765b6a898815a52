"""The physics engine protocol over PyBullet in DIRECT mode.

PyBullet holds global state and the GIL, so episodes have one world per process (docs/engines.md). ``resetSimulation``
resets most parameters but not the time step, so all are set again.
"""

from __future__ import annotations

from hiyari.physics.protocol.values import Parameters, finite

from .base import POSITION_RATE, ZERO
from .sensing import BulletSensing


class BulletEngine(BulletSensing):
    """One PyBullet world; see ``Engine`` for what each call does."""

    def __init__(self) -> None:
        super().__init__()
        self._open = True
        self._snapshots: set[int] = set()

    def reset(self, parameters: Parameters) -> None:
        """See Engine."""
        finite("parameters", (parameters.step_hz,), parameters.gravity)
        bullet, client = self._bullet, self._client
        self._forget_all()
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
        self._bodies, self._belts = {}, []

    def set_rate(self, step_hz: float) -> None:
        """See Engine."""
        finite("rate", (step_hz,))
        self._bullet.setPhysicsEngineParameter(fixedTimeStep=1.0 / step_hz, physicsClientId=self._client)
        self._gain = POSITION_RATE / step_hz

    def step(self) -> None:
        """See Engine."""
        bullet, client, running = self._bullet, self._client, []
        for body in self._belts:
            velocity = self._bodies[body].belt
            if velocity is not None and velocity != (ZERO, ZERO):
                running.append((body, self._pose(body), velocity))
        bullet.stepSimulation(physicsClientId=client)
        for body, pose, velocity in running:
            # A body that stands but has a velocity rubs as it should, and drifts, so it is put back.
            bullet.resetBasePositionAndOrientation(body, *pose, physicsClientId=client)
            bullet.resetBaseVelocity(body, *velocity, physicsClientId=client)

    def snapshot(self) -> int:
        """See Engine."""
        handle = int(self._bullet.saveState(physicsClientId=self._client))
        self._snapshots.add(handle)
        return handle

    def restore(self, handle: int) -> None:
        """See Engine."""
        if handle not in self._snapshots:
            raise ValueError(f"there is no snapshot {handle}")
        try:
            self._bullet.restoreState(handle, physicsClientId=self._client)
        except self._bullet.error as error:
            raise ValueError(f"the snapshot is of other bodies: {error}") from None

    def forget(self, handle: int) -> None:
        """See Engine."""
        if handle not in self._snapshots:
            raise ValueError(f"there is no snapshot {handle}")
        self._snapshots.remove(handle)
        self._bullet.removeState(handle, physicsClientId=self._client)

    def twin(self) -> BulletEngine:
        """See Engine."""
        return BulletEngine()

    def close(self) -> None:
        """See Engine."""
        if self._open:
            self._open = False
            self._forget_all()
            self._bullet.disconnect(physicsClientId=self._client)

    def _forget_all(self) -> None:
        for handle in sorted(self._snapshots):
            self.forget(handle)
