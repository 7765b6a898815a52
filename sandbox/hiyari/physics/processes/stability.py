"""How near a machine with its load is to tipping over.

The resultant of weight and inertia, ``f = g - a``, through the common centre of mass meets the ground at its foot; the
margin is the distance of that point to the nearest edge of the support (the zero-moment point of Vukobratovic and
Borovac, 2004; for braking on the level it gives ``a_max = g b/h`` with half-base b and height h: 175 mm and 600 mm give
2.86 m/s2). The support is a rectangle; suspension, tyres and sloshing are not modelled.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from pydantic import Field

from hiyari.events import Data, StabilityChanged
from hiyari.physics.geometry import Quaternion, Vector, add, rotate, scale, subtract
from hiyari.physics.objects import ObjectState
from hiyari.physics.values import Flat, Positive

if TYPE_CHECKING:
    from hiyari.physics.machines.machine import Machine
    from hiyari.physics.simulation import Simulation

GRAVITY: Vector = (0.0, 0.0, -9.81)
WINDOW = 0.1
"""Seconds over which the acceleration is taken."""
TIPPED = math.radians(45.0)
"""Tilt from which on a machine lies on its side."""
STEADY = 0.5
"""Seconds a better level must last to be told."""

Level = Literal["stable", "reduced", "tipping", "tipped"]
LEVELS: tuple[Level, ...] = ("stable", "reduced", "tipping", "tipped")


class Stance(Data):
    """How a machine stands."""

    base: tuple[Positive, Positive]
    """Half length and half width of the rectangle of its wheels' contacts, metres."""
    middle: Flat = (0.0, 0.0)
    """Middle of that rectangle in the robot's frame, metres."""
    height: Positive
    """Height of its own centre of mass above the ground, metres."""
    low: float = Field(default=0.05, ge=0)
    """Margin below which stability is reduced, metres."""


class Standing(NamedTuple):
    """How it stands now."""

    margin: float
    tilt: float
    height: float
    """Of the common centre of mass, metres."""


def braking_limit(half_base: float, height: float) -> float:
    """Return the largest deceleration before tipping, m/s2: ``g b/h``."""
    return -GRAVITY[2] * half_base / height


def standing(
    stance: Stance, mass: float, loads: Sequence[tuple[float, Vector]], turn: Quaternion, acceleration: Vector
) -> Standing:
    """Return margin, tilt and height of the centre of mass.

    Args:
        stance: How it stands.
        mass: Of the machine alone, kg.
        loads: Mass of each load and its place in the machine's frame, whose origin is on the ground.
        turn: Attitude of the machine.
        acceleration: Of the machine in the world, m/s2.
    """
    total = mass + sum(load for load, _ in loads)
    centre = scale((*stance.middle, stance.height), mass)
    for load, place in loads:
        centre = add(centre, scale(place, load))
    centre = scale(centre, 1.0 / total)
    x, y, z, w = turn
    force = rotate((-x, -y, -z, w), subtract(GRAVITY, acceleration))
    tilt = math.acos(max(-1.0, min(1.0, rotate(turn, (0.0, 0.0, 1.0))[2])))
    if force[2] >= -1e-3:
        return Standing(-math.inf, tilt, centre[2])
    reach = centre[2] / -force[2]
    foot = (centre[0] + force[0] * reach - stance.middle[0], centre[1] + force[1] * reach - stance.middle[1])
    margin = min(stance.base[0] - abs(foot[0]), stance.base[1] - abs(foot[1]))
    return Standing(margin, tilt, centre[2])


@dataclass
class Balance:
    """The stability of one machine."""

    machine: Machine
    stance: Stance
    now: Standing = field(default_factory=lambda: Standing(0.0, 0.0, 0.0))
    level: Level = "stable"
    acceleration: Vector = (0.0, 0.0, 0.0)
    _velocities: deque[tuple[float, Vector]] = field(default_factory=deque)
    _better_since: float | None = None

    def look(self, simulation: Simulation, loads: Sequence[ObjectState]) -> None:
        """Take in one tick with what it carries."""
        machine, time = self.machine, simulation.time
        self._velocities.append((time, machine.motion.linear))
        while len(self._velocities) > 2 and time - self._velocities[1][0] >= WINDOW - 1e-9:
            self._velocities.popleft()
        (before, slow), (_, fast) = self._velocities[0], self._velocities[-1]
        if time > before:
            self.acceleration = scale(subtract(fast, slow), 1.0 / (time - before))
        placed = [(each.engine.mass(each.body), machine.footing.local(each.motion.position)) for each in loads]
        turn, flat = machine.motion.orientation, (self.acceleration[0], self.acceleration[1], 0.0)
        self.now = standing(self.stance, machine.moving_mass, placed, turn, flat)
        self._tell(simulation, self._found())

    def _found(self) -> Level:
        if self.now.tilt >= TIPPED:
            return "tipped"
        if self.now.margin < 0.0:
            return "tipping"
        return "reduced" if self.now.margin < self.stance.low else "stable"

    def _tell(self, simulation: Simulation, level: Level) -> None:
        if LEVELS.index(level) < LEVELS.index(self.level):
            self._better_since = simulation.time if self._better_since is None else self._better_since
            if simulation.time - self._better_since < STEADY:
                return
        self._better_since = None
        if level == self.level:
            return
        self.level = level
        simulation.tell(
            StabilityChanged(
                robot=self.machine.name,
                level=level,
                margin=max(self.now.margin, -1e3),
                acceleration=math.hypot(self.acceleration[0], self.acceleration[1]),
                tilt=self.now.tilt,
                height=self.now.height,
            )
        )
