"""A sensor fails, or works again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from hiyari.physics.perception.faults import SensorFault

from .timing import Timing

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation


class SensorFails(Timing):
    """A camera or sensor gets a fault."""

    kind: Literal["sensor_fault"]
    """``sensor_fault``."""
    sensor: str
    """Camera or sensor: ``overview``, one of ``cameras`` or ``sensors``, or ``<robot>.<camera>``."""
    fault: SensorFault | None = None
    """What is wrong with it from now on; left out, it works again."""

    def check_built(self, built: Built) -> None:
        """See Timing."""
        problem = built.senses.problem(self.sensor, self.fault)
        if problem:
            raise ValueError(f"sensor: {problem}")

    def happen(self, simulation: Simulation, time: float) -> None:
        """See Timing."""
        simulation.built.senses.disturb(self.sensor, self.fault, time)
