"""The faults there are now, and when they end."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

from hiyari.events import FaultBegan, FaultEnded
from hiyari.physics.perception.faults import SensorFault

from . import AnyFault
from .fault import Lift

if TYPE_CHECKING:
    from hiyari.physics.simulation import Simulation


@dataclass
class Lasting:
    """A fault that lasts."""

    whom: str
    fault: AnyFault
    began: float
    """Simulated seconds."""
    ends: float
    """Infinite when nothing ends it."""
    lift: Lift


@dataclass
class Faults:
    """Begins and ends faults. A robot or thing has one fault of a kind at once, a sensor one: the new one counts."""

    lasting: dict[tuple[str, str], Lasting] = field(default_factory=dict)

    def declare(self, simulation: Simulation) -> None:
        """Take over the faults that cameras and sensors have from the start."""
        found: dict[str, SensorFault | None] = {
            name: eye.camera.fault for name, eye in simulation.built.senses.eyes.items()
        }
        found |= {name: sensor.fault for name, sensor in sorted(simulation.scene.sensors.items())}
        for name, fault in found.items():
            if fault is not None:
                self.begin(simulation, name, fault, None)

    def begin(self, simulation: Simulation, whom: str, fault: AnyFault, lasts: float | None) -> None:
        """Let a fault begin now.

        Args:
            simulation: The running simulation.
            whom: Robot, sensor or thing.
            fault: The fault.
            lasts: Seconds; none until it is ended.
        """
        key = (whom, "" if isinstance(fault, SensorFault) else fault.kind)
        if key in self.lasting:
            self._end(simulation, key)
        numbers = fault.model_dump(mode="json", exclude={"kind"}, exclude_defaults=True)
        simulation.tell(FaultBegan(fault=fault.kind, on=fault.on, whom=whom, numbers=numbers, lasts=lasts))
        lift = fault.begin(simulation, whom)
        now = simulation.time
        self.lasting[key] = Lasting(whom, fault, now, inf if lasts is None else now + lasts, lift)

    def end(self, simulation: Simulation, whom: str) -> None:
        """End all faults of a robot, sensor or thing."""
        for key in [key for key in self.lasting if key[0] == whom]:
            self._end(simulation, key)

    def tick(self, simulation: Simulation) -> None:
        """End what is over."""
        for key in [key for key, one in self.lasting.items() if simulation.time >= one.ends - 1e-9]:
            self._end(simulation, key)

    def _end(self, simulation: Simulation, key: tuple[str, str]) -> None:
        one = self.lasting.pop(key)
        one.lift()
        lasted = simulation.time - one.began
        simulation.tell(FaultEnded(fault=one.fault.kind, on=one.fault.on, whom=one.whom, lasted=lasted))
