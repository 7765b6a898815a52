"""What reaches the robot of what a sensor measures: now, late, or again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from .faults import SensorFault

Measured = TypeVar("Measured")

PIECES = 5
"""Measurements kept in the time by which a stale sensor is late; it is late by up to a fifth more."""


class Told(NamedTuple, Generic[Measured]):
    """A measurement that has arrived."""

    value: Measured
    time: float
    """When it was measured, simulated seconds."""


class Line(Generic[Measured]):
    """The line from a sensor. It measures only when asked, but for a stale one, which keeps what it will tell later."""

    def __init__(self, measure: Callable[[], Measured]) -> None:
        self._measure = measure
        self._held: list[Told[Measured]] = []
        self.fault: SensorFault | None = None
        self.since = 0.0
        """When the fault began, simulated seconds."""

    @property
    def waits(self) -> bool:
        """Whether it has to be ticked."""
        return self.fault is not None and self.fault.kind == "stale"

    def disturb(self, fault: SensorFault | None, time: float) -> None:
        """Begin a fault, or end what there is."""
        self.fault, self.since, self._held = fault, time, []
        if fault is not None and fault.kind in ("frozen", "stale"):
            self._held = [Told(self._measure(), time)]

    def tick(self, time: float) -> None:
        """Measure what a stale sensor will tell later."""
        assert self.fault is not None
        late = self.fault.seconds
        if time - self._held[-1].time >= late / PIECES - 1e-9:
            self._held.append(Told(self._measure(), time))
        while len(self._held) > 1 and time - self._held[1].time >= late - 1e-9:
            self._held.pop(0)

    def receive(self, time: float) -> Told[Measured]:
        """Return what has arrived last."""
        if not self._held:
            return Told(self._measure(), time)
        if not self.waits:
            return self._held[0]
        assert self.fault is not None
        arrived = [told for told in self._held if time - told.time >= self.fault.seconds - 1e-9]
        return arrived[-1] if arrived else self._held[0]
