"""Crowd density: people a square metre in zones of the scene, by Fruin's levels of service.

Areas a person: J. J. Fruin, Pedestrian Planning and Design (1971), the levels for walkways (3.24, 2.32, 1.39, 0.93,
0.46 m2) and for queuing (1.21, 0.93, 0.65, 0.28, 0.19 m2), as reprinted in the Transit Capacity and Quality of Service
Manual (TCRP 100). Within F each further person a square metre is told too. A zone's people have their feet in it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from hiyari.events import CrowdChanged, Data
from hiyari.physics.mechanism import Misfit
from hiyari.physics.signals import Signal
from hiyari.physics.values import Name

from .lookup import names_of

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.scene.model import Zone
    from hiyari.physics.simulation import Simulation

Level = Literal["A", "B", "C", "D", "E", "F"]
LEVELS: tuple[Level, ...] = ("A", "B", "C", "D", "E", "F")
SPACE: dict[str, tuple[float, ...]] = {
    "walkway": (3.24, 2.32, 1.39, 0.93, 0.46),
    "queuing": (1.21, 0.93, 0.65, 0.28, 0.19),
}
"""Least m2 a person of the levels A to E; less is F."""
STEADY = 0.5
"""Seconds a level must last to be told, so that people on the edge of a zone do not flicker."""


def level_of(density: float, use: str) -> Level:
    """Return Fruin's level of service.

    Args:
        density: People a square metre.
        use: ``walkway`` or ``queuing``.
    """
    space = 1.0 / density if density > 0.0 else float("inf")
    return next((level for level, least in zip(LEVELS, SPACE[use]) if space >= least), "F")


class Crowd(Data):
    """Density of people in zones."""

    kind: Literal["crowd"]
    """``crowd``."""
    zones: tuple[Name, ...] | None = Field(default=None, min_length=1)
    """Zones that are counted; all of the scene when left out."""
    use: Literal["walkway", "queuing"] = "walkway"
    """Which of Fruin's tables applies."""

    def build(self, name: str, built: Built, seed: int) -> CrowdAtWork:
        """Return it at work."""
        zones = {zone: built.scene.zones[zone] for zone in names_of(built.scene.zones, self.zones, "zone", "zones")}
        if not zones:
            raise Misfit("zones", "the scene has no zones to count people in")
        return CrowdAtWork(zones, self.use, built)


class CrowdAtWork:
    """The densities now. Signals ``<zone>`` (1/m2) and ``<zone>_persons``."""

    steps = False

    def __init__(self, zones: Mapping[str, Zone], use: str, built: Built) -> None:
        self._zones, self._use, self._built = zones, use, built
        self._step: dict[str, tuple[Level, int]] = dict.fromkeys(zones, ("A", 0))
        self._since: dict[str, tuple[tuple[Level, int], float]] = {}

    def count(self, zone: str) -> int:
        """Return the people in a zone."""
        (x0, y0), (x1, y1) = self._zones[zone].low, self._zones[zone].high
        feet = [behaviour.person.posture.feet for behaviour in self._built.people.values()]
        return sum(x0 <= x <= x1 and y0 <= y <= y1 for x, y in feet)

    def density(self, zone: str) -> float:
        """Return the people a square metre."""
        low, high = self._zones[zone].low, self._zones[zone].high
        return self.count(zone) / ((high[0] - low[0]) * (high[1] - low[1]))

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        for zone in self._zones:
            density = self.density(zone)
            level = level_of(density, self._use)
            step = (level, math.floor(density) if level == "F" else 0)
            if step == self._step[zone]:
                self._since.pop(zone, None)
                continue
            seen, since = self._since.get(zone, (step, simulation.time))
            if seen != step:
                since = simulation.time
            self._since[zone] = (step, since)
            if simulation.time - since >= STEADY:
                self._step[zone] = step
                simulation.tell(CrowdChanged(zone=zone, persons=self.count(zone), density=density, level=level))

    def step(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        found: dict[str, Signal] = {}
        for zone in self._zones:
            found[zone] = Signal(read=lambda zone=zone: self.density(zone), unit="1/m2")  # type: ignore[misc]
            found[f"{zone}_persons"] = Signal(read=lambda zone=zone: float(self.count(zone)))  # type: ignore[misc]
        return found
