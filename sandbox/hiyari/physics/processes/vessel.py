"""A vessel at work: what is in it, what runs out of it, and where a stream of it goes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from hiyari.events import ObjectChanged
from hiyari.physics.geometry import Vector, add, blend, rotate, scale, subtract, unit
from hiyari.physics.objects import ObjectState
from hiyari.physics.scene.thing import Vessel

from .liquid_flow import DISCHARGE, GRAVITY, kept, outflow, pour_angle, surface

if TYPE_CHECKING:
    from hiyari.physics.engine import Engine
    from hiyari.physics.simulation import Simulation

LITRE = 1e-3
CATCHES = math.cos(math.radians(60.0))
"""Least upward component of the axis of a vessel that catches."""
ENDED = 0.3
"""Seconds without flow after which a pouring has ended and is told."""
WEIGHED = 1e-3
"""kg by which the liquid must change for the engine to be told."""
DEEPEST, PIECES = 3.0, 12
"""Metres a stream is followed down, and rays along it."""
SHORT = 0.01
"""Metres of a piece of a stream beside what it passes."""


@dataclass(frozen=True)
class Stream:
    """What ran out in one tick."""

    parts: dict[str, float]
    """m3 of each substance."""
    lip: Vector
    """Where it left."""
    away: Vector
    """Horizontal velocity, m/s."""

    @property
    def volume(self) -> float:
        """m3."""
        return sum(self.parts.values())

    @property
    def substance(self) -> str:
        """What it is of."""
        return "+".join(sorted(self.parts))

    def at(self, drop: float) -> Vector:
        """Return where it is after falling so far, metres."""
        seconds = math.sqrt(2.0 * max(drop, 0.0) / GRAVITY)
        return subtract(add(self.lip, scale(self.away, seconds)), (0.0, 0.0, max(drop, 0.0)))


@dataclass
class Full:
    """One vessel."""

    state: ObjectState
    vessel: Vessel
    densities: Mapping[str, float]
    parts: dict[str, float] = field(default_factory=dict)
    """m3 of each substance in it."""
    _flow: tuple[float, float, str] | None = None
    """Share full before the flow that goes on, its last moment, its cause."""
    _weighed: float = -1.0

    def __post_init__(self) -> None:
        self.radius = math.sqrt(self.vessel.volume * LITRE / (math.pi * self.vessel.height))
        self._follow()

    @property
    def capacity(self) -> float:
        """m3."""
        return self.vessel.volume * LITRE

    @property
    def volume(self) -> float:
        """m3 in it."""
        return sum(self.parts.values())

    @property
    def full(self) -> float:
        """Share of its volume."""
        return float(self.state.values["full"])

    @property
    def temperature(self) -> float | None:
        """degC, if it has one."""
        value = self.state.values.get("temperature")
        return None if value is None else float(value)

    @property
    def substance(self) -> str:
        """What is in it, without traces below a hundredth."""
        least = self.volume / 100.0
        return "+".join(sorted(substance for substance, part in self.parts.items() if part > least))

    @property
    def rim(self) -> Vector:
        """Middle of its opening."""
        position, turn, *_ = self.state.motion
        return add(position, rotate(turn, (0.0, 0.0, self.vessel.rim)))

    @property
    def axis(self) -> Vector:
        """Unit vector from its bottom to its opening."""
        return rotate(self.state.motion.orientation, (0.0, 0.0, 1.0))

    @property
    def tilt(self) -> float:
        """Angle of its axis from the vertical, radians."""
        return math.acos(max(-1.0, min(1.0, self.axis[2])))

    @property
    def pours_at(self) -> float:
        """Tilt at which it begins to pour, radians."""
        return pour_angle(self.radius, self.vessel.height, self.full)

    def run_out(self, seconds: float) -> Stream | None:
        """Let run out what does in a short time."""
        self._follow()
        volume, axis = self.volume, self.axis
        tilt, vessel = math.acos(max(-1.0, min(1.0, axis[2]))), self.vessel
        gone = outflow(volume, self.radius, vessel.height, vessel.opening, tilt, seconds)
        if gone <= 0.0:
            return None
        beyond = volume - kept(self.radius, vessel.height, tilt)
        share = gone / volume
        parts = {substance: part * share for substance, part in self.parts.items()}
        for substance, part in parts.items():
            self.parts[substance] -= part
        self._say()
        side = unit((axis[0], axis[1], 0.0), (1.0, 0.0, 0.0))
        down = subtract((0.0, 0.0, -1.0), scale(axis, -axis[2]))
        lip = add(self.rim, scale(unit(down, side), vessel.opening))
        if tilt >= math.pi / 2.0:
            return Stream(parts, lip, (0.0, 0.0, 0.0))
        head = beyond / surface(self.radius, vessel.height, tilt)
        return Stream(parts, lip, scale(side, 2.0 / 3.0 * DISCHARGE * math.sqrt(2.0 * GRAVITY * head)))

    def take(self, parts: Mapping[str, float], temperature: float | None) -> None:
        """Catch liquid of a temperature."""
        before, added = self._mass(self.parts), self._mass(parts)
        for substance, part in parts.items():
            self.parts[substance] = self.parts.get(substance, 0.0) + part
        if temperature is not None and self.temperature is not None and before + added > 0.0:
            mixed = (before * self.temperature + added * temperature) / (before + added)
            self.state.drift("temperature", mixed)
        self._say()

    def flowed(self, time: float, cause: str) -> None:
        """Remember that liquid flows in or out now."""
        before = self.full if self._flow is None else self._flow[0]
        self._flow = (before, time, cause)

    def settle(self, time: float) -> None:
        """Tell of a flow that has ended, and let its mass follow."""
        if self._flow is not None and time - self._flow[1] > ENDED:
            before, _, cause = self._flow
            self._flow = None
            name = self.state.name
            self.state.tell(ObjectChanged(object=name, state="full", before=before, after=self.full, cause=cause))
            if self.volume > 0.0:
                self.state.change("substance", self.substance, cause)
        if abs(self._mass(self.parts) - self._weighed) > WEIGHED:
            self.weigh()

    def weigh(self) -> None:
        """Give the engine the mass of vessel and liquid."""
        self._weighed = self._mass(self.parts)
        if self.state.thing.mass > 0.0:
            self.state.engine.set_mass(self.state.body, self.state.thing.mass + self._weighed)

    def _mass(self, parts: Mapping[str, float]) -> float:
        return sum(self.densities[substance] * part for substance, part in parts.items())

    def _say(self) -> None:
        self.state.drift("full", self.volume / self.capacity)

    def _follow(self) -> None:
        """Take over a state ``full`` that was set from outside: by a signal, a skill, a happening."""
        volume = self.volume
        if abs(self.full * self.capacity - volume) <= 1e-12:
            return
        wanted = min(1.0, max(0.0, self.full)) * self.capacity
        if volume > 0.0:
            self.parts = {substance: part * wanted / volume for substance, part in self.parts.items()}
        else:
            self.parts = {self.vessel.substance: wanted}
        self._say()


def meets(stream: Stream, vessel: Full) -> bool:
    """Return whether a stream falls into a vessel's opening."""
    rim = vessel.rim
    if rim[2] >= stream.lip[2] or vessel.axis[2] < CATCHES:
        return False
    return math.dist(stream.at(stream.lip[2] - rim[2])[:2], rim[:2]) <= vessel.vessel.opening


def falls_on(simulation: Simulation, stream: Stream, source: int, vessels: AbstractSet[int]) -> tuple[str, str, Vector]:
    """Return the thing a stream falls on, the person and region (``person:region``) it meets first, and the place.

    Vessels that it misses are passed: what hits their outside runs down to what they stand on.
    """
    engine, person = simulation.engine, ""
    people = {
        body: f"{name}:{segment.region_of(body)}"
        for name, behaviour in simulation.built.people.items()
        for body, segment in behaviour.person.bodies.items()
    }
    names = {body: name for name, body in simulation.built.things.items()}
    passed = {source, *vessels, *people}
    for start, end in _pieces(engine, stream, passed):
        hit = engine.ray(start, end)
        if hit in people and not person:
            person = people[hit]
        if hit is not None and hit in names and hit not in passed:
            top = min(engine.bounds(hit, -1)[1][2], stream.lip[2])
            place = stream.at(stream.lip[2] - top)
            return names[hit], person, (place[0], place[1], top)
    place = stream.at(stream.lip[2])
    return "floor", person, (place[0], place[1], 0.0)


def _pieces(engine: Engine, stream: Stream, passed: AbstractSet[int]) -> Iterator[tuple[Vector, Vector]]:
    """Yield pieces of a stream's way, short ones beside what it passes: a ray tells its first hit only."""
    start = stream.lip
    for piece in range(1, PIECES + 1):
        end = stream.at(DEEPEST * (piece / PIECES) ** 2)
        if engine.ray(start, end) in passed:
            count = math.ceil(math.dist(start, end) / SHORT)
            points = [blend(start, end, index / count) for index in range(count + 1)]
            yield from pairwise(points)
        else:
            yield start, end
        start = end
