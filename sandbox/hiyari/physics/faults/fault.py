"""The protocol of a fault, and the robots that faults are of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

from hiyari.errors import unknown_name
from hiyari.events import Data

if TYPE_CHECKING:
    from hiyari.physics.machines.machine import Machine
    from hiyari.physics.machines.manipulator import Manipulator
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation

Lift = Callable[[], None]
"""Ends what a fault has begun; called once."""


class Fault(Protocol):
    """The section of a fault in scene.yaml. Faults of different kinds never touch the same quantity."""

    on: ClassVar[Literal["robot", "sensor", "thing"]]
    """What has it."""

    @property
    def kind(self) -> str:
        """Its name."""
        ...

    def check(self, built: Built, whom: str) -> None:
        """Refuse a robot, sensor or thing that cannot have it.

        Raises:
            ValueError: ``field: what is wrong``.
        """
        ...

    def begin(self, simulation: Simulation, whom: str) -> Lift:
        """Let it begin now; returns what ends it."""
        ...


class RobotFault(Data):
    """What faults of robots share."""

    on: ClassVar[Literal["robot"]] = "robot"


def machine_of(built: Built, whom: str) -> Machine:
    """Return a robot.

    Raises:
        ValueError: If there is none of this name.
    """
    if whom not in built.machines:
        raise ValueError(f"robot: {unknown_name('robot', whom, built.machines).problem}")
    return built.machines[whom]


def arm_of(machine: Machine) -> Manipulator:
    """Return a robot's arm.

    Raises:
        ValueError: If it has none.
    """
    if machine.arm is None:
        raise ValueError(f"robot: {machine.name} has no arm")
    return machine.arm
