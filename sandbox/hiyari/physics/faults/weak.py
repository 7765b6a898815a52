"""Actuators that are weak: they have a share of the torque or force they should have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from hiyari.errors import unknown_name
from hiyari.physics.machines.drives.wheels import WheelsAtWork

from .fault import Lift, RobotFault, arm_of, machine_of

if TYPE_CHECKING:
    from hiyari.physics.machines.machine import Machine
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation


class Weak(RobotFault):
    """Motors of the arm, or of the wheels, lose torque: overheated, worn, or fed with too low a voltage."""

    kind: Literal["weak"]
    """``weak``."""
    part: Literal["arm", "wheels"] = "arm"
    """Which motors."""
    joints: tuple[str, ...] = ()
    """Of an arm: which joints; all when none is named."""
    share: Annotated[float, Field(ge=0, lt=1)]
    """Share of the torque that is left."""

    def check(self, built: Built, whom: str) -> None:
        """See Fault."""
        machine = machine_of(built, whom)
        if self.part == "arm":
            names = arm_of(machine).arm.joints
            for joint in self.joints:
                if joint not in names:
                    raise ValueError(f"fault.joints: {unknown_name('joint', joint, names).problem}")
            return
        if self.joints:
            raise ValueError("fault.joints: only joints of an arm are named; all wheels become weak")
        if _wheels(machine) is None:
            raise ValueError(f"robot: {whom} has no wheels")

    def begin(self, simulation: Simulation, whom: str) -> Lift:
        """See Fault."""
        machine = simulation.built.machines[whom]
        wheels = _wheels(machine) if self.part == "wheels" else None
        if wheels is not None:
            wheels.strength = self.share
        else:
            arm = arm_of(machine)
            arm.strength = dict.fromkeys(self.joints or arm.arm.joints, self.share)
        machine.command()

        def lift() -> None:
            if wheels is not None:
                wheels.strength = 1.0
            else:
                arm_of(machine).strength = {}
            machine.command()

        return lift


def _wheels(machine: Machine) -> WheelsAtWork | None:
    locomotor = None if machine.drive is None else machine.drive.locomotor
    return locomotor if isinstance(locomotor, WheelsAtWork) else None
