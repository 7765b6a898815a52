"""Joints that are stuck: they hold where they are, whatever they are commanded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from hiyari.errors import unknown_name

from .fault import Lift, RobotFault, machine_of

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation


class Stuck(RobotFault):
    """Some joints hold, as seized or with a brake that does not open: of an arm, a gripper, a lift, a wheel."""

    kind: Literal["stuck"]
    """``stuck``."""
    joints: tuple[str, ...] = Field(min_length=1)
    """Joints of the robot's URDF."""

    def check(self, built: Built, whom: str) -> None:
        """See Fault."""
        machine = machine_of(built, whom)
        joints = machine.engine.joints(machine.body)
        names = [name for name, index in joints.items() if index in machine.engine.moving_joints(machine.body)]
        for joint in self.joints:
            if joint not in names:
                raise ValueError(f"fault.joints: {unknown_name('joint', joint, names).problem}")

    def begin(self, simulation: Simulation, whom: str) -> Lift:
        """See Fault."""
        machine = simulation.built.machines[whom]
        indices = machine.engine.joints(machine.body)
        stuck = [indices[joint] for joint in self.joints]
        positions, _ = machine.engine.joint_states(machine.body, stuck)
        machine.stuck |= dict(zip(stuck, positions, strict=True))

        def lift() -> None:
            for joint in stuck:
                machine.stuck.pop(joint, None)
            machine.command()

        return lift
