"""A robot without power: its brakes stop it, what flies falls, and only the panel starts it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .fault import Lift, RobotFault, machine_of

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation

NAME = "power"
"""The demand that keeps the robot stopped."""


class PowerLoss(RobotFault):
    """The power is cut. When it comes back the robot stays in emergency stop until somebody acknowledges."""

    kind: Literal["power_loss"]
    """``power_loss``."""

    def check(self, built: Built, whom: str) -> None:
        """See Fault."""
        machine_of(built, whom)

    def begin(self, simulation: Simulation, whom: str) -> Lift:
        """See Fault."""
        machine = simulation.built.machines[whom]
        machine.safety.demands.add(NAME)
        simulation.changed(machine.safety.lose_power(simulation.time, "power_loss"))
        if machine.drive is not None:
            machine.drive.enabled = False

        def lift() -> None:
            machine.safety.withdraw(NAME)
            if machine.drive is not None:
                machine.drive.enabled = True

        return lift
