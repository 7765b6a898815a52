"""Things that fall: how far, how hard, on whom; fragile ones break.

Energy ``m g h`` and speed ``sqrt(2 g h)`` of a free fall; the measured speed is told. A thing tagged ``fragile`` breaks
(state ``broken``) when its speed jumps between two ticks by more than an impulse over its mass: the impulse is
declared, or 1.5 m/s times the mass, as of a fall from 11 cm (indicative; drop tests of tableware break at 10 to 80 cm).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hiyari.events import Dropped
from hiyari.physics.geometry import Vector, length, subtract
from hiyari.physics.objects import ObjectState

from .nearby import holder, nearest_part

if TYPE_CHECKING:
    from hiyari.physics.simulation import Simulation

GRAVITY = 9.81
FALLS = -0.4
"""m/s downward from which on a thing falls, unless it is held."""
RESTS = -0.1
"""m/s downward above which a fall has ended."""
BREAKS = 1.5
"""m/s by which a fragile thing's speed may jump."""
STRIKES = 0.005
"""Metres within which a falling thing strikes a person."""
RECENT = 1.0
"""Seconds for which what was held or carried last still counts as dropped by that robot."""


def impact_speed(height: float) -> float:
    """Return the speed of a free fall, m/s: ``sqrt(2 g h)``. From 0.8 m it is 3.96 m/s."""
    return math.sqrt(2.0 * GRAVITY * max(height, 0.0))


@dataclass
class Faller:
    """One thing that moves."""

    state: ObjectState
    breaks: float | None
    """Declared impulse at which it breaks, N s."""
    fragile: bool = False
    """Whether it breaks at ``BREAKS`` when no impulse is declared."""
    velocity: Vector = (0.0, 0.0, 0.0)
    fastest: float = 0.0
    top: float = 0.0
    """Height at which it rested or was held last, metres."""
    falling: bool = False
    carrier: str = ""
    carried: float = -math.inf
    struck: set[str] = field(default_factory=set)

    def look(self, simulation: Simulation, seconds: float, carrier: str, least: float) -> None:
        """Take in one tick.

        Args:
            simulation: The scene.
            seconds: Since the last tick.
            carrier: Robot it lies on, if any.
            least: Height of a fall to be told, metres.
        """
        motion, state = self.state.motion, self.state
        before, self.velocity = self.velocity, motion.linear
        if (self.breaks is not None or self.fragile) and state.values.get("broken") is not True:
            self._break(subtract(self.velocity, before), seconds)
        held = holder(simulation, state.name)
        if held or carrier:
            self.carrier, self.carried = held or carrier, simulation.time
        if not self.falling:
            if held or self.velocity[2] > FALLS:
                if self.velocity[2] > RESTS or held:
                    self.top, self.fastest = motion.position[2], 0.0
                return
            self.falling = True
            self.struck.clear()
        self.fastest = max(self.fastest, length(self.velocity))
        height = self.top - motion.position[2]
        if height >= least:
            self._strike(simulation, height, least)
        if held or self.velocity[2] > RESTS:
            self.falling = False
            if height >= least and not self.struck:
                simulation.tell(self._dropped(simulation, height))
            self.top, self.fastest = motion.position[2], 0.0

    def _break(self, jump: Vector, seconds: float) -> None:
        mass = self.state.engine.mass(self.state.body)
        size = length((jump[0], jump[1], jump[2] + GRAVITY * seconds))
        if mass * size > (BREAKS * mass if self.breaks is None else self.breaks):
            self.state.change("broken", True, f"impact of {mass * size:.2f} N s")

    def _strike(self, simulation: Simulation, height: float, least: float) -> None:
        for name, behaviour in simulation.built.people.items():
            part = nearest_part(simulation.engine, behaviour, self.state.body, STRIKES)
            if part is not None and name not in self.struck:
                self.struck.add(name)
                simulation.tell(self._dropped(simulation, height, name, part.region))

    def _dropped(self, simulation: Simulation, height: float, person: str = "", region: str = "") -> Dropped:
        mass = self.state.engine.mass(self.state.body)
        return Dropped(
            object=self.state.name,
            source=self.carrier if simulation.time - self.carried <= RECENT + impact_speed(height) / GRAVITY else "",
            mass=mass,
            height=height,
            energy=mass * GRAVITY * height,
            speed=self.fastest,
            person=person,
            region=region,
        )
