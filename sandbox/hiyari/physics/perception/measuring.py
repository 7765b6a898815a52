"""Sensors of one number: a signal of the scene, or the distance to what is in front."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hiyari.physics.chance import drawn
from hiyari.physics.engine import Engine
from hiyari.physics.geometry import add, distance, scale, subtract, unit
from hiyari.physics.signals import Signal

from .eye import Mount
from .faults import SensorFault
from .line import Line, Told
from .model import Range, Reading

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation

HALVINGS = 20
"""Of the way to what is in front: 10 m come to 0.01 mm."""


class Measuring:
    """One sensor at work. Its signal ``value`` is what it tells, with noise that changes at its rate."""

    steps = False

    def __init__(
        self, sensor: Reading | Range, name: str, built: Built, engine: Engine, mount: Mount, seed: int
    ) -> None:
        self.sensor, self.name, self.line = sensor, name, Line(self._sample)
        self._built, self._engine, self._mount, self._seed = built, engine, mount, seed
        self._time = 0.0

    @property
    def unit(self) -> str:
        """Unit of what it tells."""
        return "m" if isinstance(self.sensor, Range) else self._built.signals.find(self.sensor.signal).unit

    @property
    def truth(self) -> float:
        """The quantity itself."""
        if isinstance(self.sensor, Range):
            return self._ahead(self.sensor)
        return float(self._built.signals.find(self.sensor.signal).read())

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        self._time = simulation.time
        if self.line.waits:
            self.line.tick(self._time)

    def step(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        unit_ = "m" if isinstance(self.sensor, Range) else ""
        return {"value": Signal(read=lambda: self.tell(self._time).value, unit=unit_)}

    def disturb(self, fault: SensorFault | None, time: float) -> None:
        """Begin a fault, or end it. A lost sensor's signal keeps its last value."""
        frozen = fault is not None and fault.kind == "lost"
        self.line.disturb(fault.model_copy(update={"kind": "frozen"}) if fault and frozen else fault, time)
        self.line.fault = fault

    def tell(self, time: float) -> Told[float]:
        """Return what it tells."""
        fault = self.line.fault
        if fault is None or fault.kind in ("frozen", "stale", "noisy", "lost"):
            return self.line.receive(time)
        if fault.value is not None:
            return Told(fault.value, time)
        other = self._built.senses.readings[fault.other]
        return Told(other.measure(), time)

    def measure(self) -> float:
        """Return a measurement now, whatever the fault but noise."""
        return self._sample()

    def _sample(self) -> float:
        sensor, fault = self.sensor, self.line.fault
        random = drawn(self._seed, "sensor", self.name, str(int(self._time * sensor.rate + 1e-6)))
        value = self.truth + sensor.bias + sensor.noise * random.gauss(0.0, 1.0)
        if fault is not None and fault.kind == "noisy":
            value += fault.sigma * random.gauss(0.0, 1.0)
        if sensor.low is not None:
            value = max(value, sensor.low)
        if sensor.high is not None:
            value = min(value, sensor.high)
        return round(value / sensor.step) * sensor.step if sensor.step else value

    def _ahead(self, sensor: Range) -> float:
        """Return the distance to the first body, found by halving: the engine tells whether a way is free."""
        eye, target = self._mount.line(self._engine, sensor)
        way = unit(subtract(target, eye))
        free, blocked = 0.0, sensor.reach
        if self._engine.ray(eye, add(eye, scale(way, blocked))) is None:
            return blocked
        for _ in range(HALVINGS):
            middle = (free + blocked) / 2.0
            if self._engine.ray(eye, add(eye, scale(way, middle))) is None:
                free = middle
            else:
                blocked = middle
        return distance(eye, add(eye, scale(way, blocked)))
