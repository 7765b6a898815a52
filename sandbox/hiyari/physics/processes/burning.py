"""Burns of people on hot surfaces, and things that catch fire.

Burn thresholds in the manner of ISO 13732-1 (which gives thresholds, not limits; not for more than 10 % of the head's
skin). The standard is sold; these are values as cited in public secondary sources, to be checked against a licensed
copy, and not for certification: any material 51 degC for a minute, 48 for ten minutes, 43 for eight hours; bare metal
65 degC for a second and 55 for ten. Ceramics and plastics of short contact lie higher for the same time, since less
heat flows; their values here, 75 and 85 degC for a second and 60 and 65 for ten, are indicative. Between the times the
threshold is taken straight in the logarithm of the time, and below a second it stays at that of a second.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from pydantic import Field

from hiyari.events import Data
from hiyari.physics.objects import ObjectState
from hiyari.physics.values import Number, Positive

from .exposure import Exposures
from .nearby import nearest_part

if TYPE_CHECKING:
    from hiyari.physics.simulation import Simulation

HOT = 48.0
"""degC from which a surface counts as hot: the threshold of any material for ten minutes."""
SKIN = 0.003
"""Metres within which skin touches; people are spheres and scripted to points."""
FLAME = 600.0
"""degC of what burns, for what is near it; flames of buoyant fires average 500 to 900 degC (Drysdale, An
Introduction to Fire Dynamics)."""

THRESHOLDS: dict[str, tuple[tuple[float, float], ...]] = {
    "metal": ((1.0, 65.0), (10.0, 55.0), (60.0, 51.0), (600.0, 48.0), (28_800.0, 43.0)),
    "ceramic": ((1.0, 75.0), (10.0, 60.0), (60.0, 51.0), (600.0, 48.0), (28_800.0, 43.0)),
    "plastic": ((1.0, 85.0), (10.0, 65.0), (60.0, 51.0), (600.0, 48.0), (28_800.0, 43.0)),
    "liquid": ((1.0, 65.0), (10.0, 55.0), (60.0, 51.0), (600.0, 48.0), (28_800.0, 43.0)),
}
"""Seconds and degC by material; a hot liquid wets the skin and is taken like metal."""


def burn_threshold(seconds: float, material: str) -> float:
    """Return the surface temperature from which a contact of so long burns, degC."""
    rows = THRESHOLDS[material]
    if seconds <= rows[0][0]:
        return rows[0][1]
    for (before, high), (after, low) in pairwise(rows):
        if seconds <= after:
            share = math.log(seconds / before) / math.log(after / before)
            return high + (low - high) * share
    return rows[-1][1]


class Ignition(Data):
    """When something catches fire."""

    temperature: Number = 250.0
    """degC the source must have. Piloted ignition of cloth and paper lies between 230 and 300 degC (SFPE Handbook of
    Fire Protection Engineering, ignition of solids); take 360 for cooking oil left alone."""
    within: Positive = 0.05
    """Distance to the source, metres."""
    seconds: float = Field(default=5.0, ge=0)
    """How long."""


@dataclass
class Burns:
    """Contacts of people with hot surfaces."""

    process: str
    _touched: dict[tuple[str, str, str], tuple[float, float]] = field(default_factory=dict)
    """First and last moment of each contact."""

    def __post_init__(self) -> None:
        self.exposures = Exposures(self.process, "heat", "degC")

    def look(self, simulation: Simulation, name: str, body: int, temperature: float, material: str) -> None:
        """Look who touches a hot thing."""
        for person, behaviour in simulation.built.people.items():
            part = nearest_part(simulation.engine, behaviour, body, SKIN)
            if part is not None:
                self.touch(simulation, person, part.region, name, temperature, material)

    def touch(
        self, simulation: Simulation, person: str, region: str, source: str, temperature: float, material: str
    ) -> None:
        """Take in that a person's skin touches something of a temperature now."""
        time, key = simulation.time, (person, region, source)
        began, last = self._touched.get(key, (time, time))
        began = time if time - last > 0.25 else began
        self._touched[key] = (began, time)
        limit = burn_threshold(time - began, material)
        told = self.exposures.see(time, person, source, temperature, limit, region)
        if told is not None:
            simulation.tell(told.model_copy(update={"seconds": round(time - began, 6)}))


@dataclass
class Fires:
    """Things that may catch fire, and how long each has been near enough to a source."""

    flammable: dict[str, tuple[ObjectState, Ignition]]
    burning: int = 0
    _near: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for state, _ in self.flammable.values():
            state.values.setdefault("burning", False)

    def look(self, simulation: Simulation, temperatures: dict[str, float], seconds: float) -> None:
        """Let what is near a hot source catch fire; called every so many seconds."""
        objects, engine = simulation.built.objects, simulation.engine
        sources = dict(temperatures)
        sources |= {name: FLAME for name, (state, _) in self.flammable.items() if state.values["burning"] is True}
        for name, (state, ignition) in self.flammable.items():
            if state.values["burning"] is True:
                continue
            near = [
                source
                for source, temperature in sources.items()
                if temperature >= ignition.temperature
                and (source == name or engine.closest(state.body, objects[source].body, ignition.within) is not None)
            ]
            self._near[name] = self._near.get(name, -seconds) + seconds if near else -seconds
            if near and self._near[name] >= ignition.seconds:
                source = max(near, key=lambda one: sources[one])
                state.change("burning", True, f"{sources[source]:.0f} degC at {source}")
        self.burning = sum(state.values["burning"] is True for state, _ in self.flammable.values())
