"""Puddles: what was spilled, where it lies, who slips on it and what it wets.

A puddle is round and as deep as surface tension lets it be (``liquid_flow.puddle_depth``); it has spread at once, stays
where it fell, and does not run over edges. Wheels in it have a share of their friction, by default 0.35: wet smooth
floors are measured at 0.2 to 0.3 where dry ones have 0.6 to 0.8 (indicative; soap and oil are lower, declare ``slip``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hiyari.events import Released
from hiyari.physics.geometry import Vector

from .exposure import Exposures
from .liquid_flow import puddle_radius

if TYPE_CHECKING:
    from hiyari.physics.simulation import Simulation

LITRE = 1e-3
"""m3."""
MOST = 30
"""Most puddles in a scene; what falls elsewhere then flows to the nearest."""
TOLD = 1e-6
"""m3 from which on a puddle is told: a millilitre."""
LOOK = 0.04
"""Seconds between two looks at what a puddle touches."""
NEAR = 0.03
"""Metres beside a puddle within which more liquid joins it."""

STANDS = 0.02
"""Metres above and below a puddle's surface within which something stands in it; slipping wheels hop."""
ROLLS = 0.06
"""The same below for wheels: the engine's box around a turning wheel is up to 1.4 times as high as the wheel."""


@dataclass
class Puddle:
    """One puddle."""

    surface: str
    """Thing it lies on."""
    place: Vector
    depth: float
    source: str
    parts: dict[str, float]
    """m3 of each substance."""
    told: float = 0.0
    """m3 when it was told last."""

    @property
    def volume(self) -> float:
        """m3."""
        return sum(self.parts.values())

    @property
    def radius(self) -> float:
        """Metres."""
        return puddle_radius(self.volume, self.depth)

    @property
    def substance(self) -> str:
        """What it is of."""
        return "+".join(sorted(self.parts))


@dataclass
class Puddles:
    """All puddles of a scene."""

    process: str
    slip: float
    """Share of friction that is left to wheels."""
    lying: list[Puddle] = field(default_factory=list)
    _dry: dict[tuple[str, int], float] = field(default_factory=dict)
    """Friction of each wet link of a robot when dry."""
    _due: float = 0.0

    def __post_init__(self) -> None:
        self.feet = Exposures(self.process, "liquid", "L")

    @property
    def volume(self) -> float:
        """Of all, m3."""
        return sum(puddle.volume for puddle in self.lying)

    def add(self, parts: Mapping[str, float], surface: str, place: Vector, depth: float, source: str) -> Puddle:
        """Let liquid fall on a surface; returns the puddle it joins or makes."""
        same = [puddle for puddle in self.lying if puddle.surface == surface] or self.lying
        nearest = min(same, key=lambda puddle: math.dist(puddle.place, place), default=None)
        joins = nearest is not None and (
            len(self.lying) >= MOST
            or (nearest.surface == surface and math.dist(nearest.place, place) <= nearest.radius + NEAR)
        )
        if nearest is None or not joins:
            nearest = Puddle(surface, place, depth, source, {})
            self.lying.append(nearest)
        for substance, volume in parts.items():
            nearest.parts[substance] = nearest.parts.get(substance, 0.0) + volume
        return nearest

    def wipe(self, x: float, y: float, within: float) -> float:
        """Take away the puddles whose edge is within a distance of a point; returns the litres."""
        gone = [one for one in self.lying if math.dist(one.place[:2], (x, y)) <= one.radius + within]
        self.lying = [puddle for puddle in self.lying if puddle not in gone]
        return sum(puddle.volume for puddle in gone) / LITRE

    def look(self, simulation: Simulation) -> None:
        """Tell of puddles that have grown, wet what stands in them, let wheels slip."""
        if simulation.time < self._due:
            return
        self._due = simulation.time + LOOK
        for puddle in self.lying:
            if puddle.volume >= max(TOLD, 2.0 * puddle.told):
                puddle.told = puddle.volume
                simulation.tell(self._released(puddle))
            self._wet_things(simulation, puddle)
            self._wet_feet(simulation, puddle)
        if self.lying or self._dry:
            self._let_slip(simulation)

    def _released(self, puddle: Puddle) -> Released:
        return Released(
            process=self.process,
            substance=puddle.substance,
            amount=puddle.volume / LITRE,
            unit="L",
            source=puddle.source,
            into=puddle.surface,
            position=puddle.place,
            radius=puddle.radius,
        )

    def _wet_things(self, simulation: Simulation, puddle: Puddle) -> None:
        for name, state in simulation.built.objects.items():
            if not state.has("powered") or state.values.get("wet") is True or name == puddle.surface:
                continue
            low, high = simulation.engine.bounds(state.body, -1)
            if covers(puddle, low, high) <= puddle.radius and puddle.volume >= TOLD:
                state.change("wet", True, f"{self.process}: {puddle.substance} from {puddle.source}")

    def _wet_feet(self, simulation: Simulation, puddle: Puddle) -> None:
        if puddle.place[2] > 0.05 or puddle.volume < TOLD:
            return
        for name, behaviour in simulation.built.people.items():
            if math.dist(behaviour.person.posture.feet, puddle.place[:2]) <= puddle.radius:
                litres = puddle.volume / LITRE
                told = self.feet.see(simulation.time, name, puddle.substance, litres, 0.0, "lower_legs")
                if told is not None:
                    simulation.tell(told)

    def _let_slip(self, simulation: Simulation) -> None:
        engine = simulation.engine
        for name, machine in simulation.mobile().items():
            beside = any(math.dist(puddle.place[:2], machine.place[:2]) <= puddle.radius + 2.0 for puddle in self.lying)
            for body, link in machine.hazards() if beside or self._dry else ():
                low, high = engine.bounds(body, link)
                wet = any(covers(puddle, low, high, ROLLS) <= puddle.radius for puddle in self.lying)
                if wet and (name, link) not in self._dry:
                    self._dry[name, link] = engine.friction(body, link)
                    engine.set_friction(body, self._dry[name, link] * self.slip, link)
                elif not wet and (name, link) in self._dry:
                    engine.set_friction(body, self._dry.pop((name, link)), link)


def covers(puddle: Puddle, low: Vector, high: Vector, below: float = STANDS) -> float:
    """Return how far the puddle's middle is from what stands on its surface, metres; infinite for what does not."""
    if not puddle.place[2] - below <= low[2] <= puddle.place[2] + puddle.depth + STANDS:
        return math.inf
    beyond = [max(a - at, at - b, 0.0) for a, at, b in zip(low[:2], puddle.place[:2], high[:2], strict=True)]
    return math.hypot(*beyond)
