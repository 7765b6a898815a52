"""A gripper that slips: it holds with less force than it should."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from hiyari.physics.values import Positive

from .fault import Lift, RobotFault, arm_of, machine_of

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation


class Slippery(RobotFault):
    """What the gripper holds slips out at a small pull: worn pads, oil, a leaking suction cup."""

    kind: Literal["slippery"]
    """``slippery``."""
    holds: Positive
    """Force beyond which things slip out, N: weight, acceleration and contacts together."""

    def check(self, built: Built, whom: str) -> None:
        """See Fault."""
        arm_of(machine_of(built, whom))

    def begin(self, simulation: Simulation, whom: str) -> Lift:
        """See Fault."""
        arm = arm_of(simulation.built.machines[whom])
        arm.slips_at = self.holds

        def lift() -> None:
            arm.slips_at = None

        return lift
