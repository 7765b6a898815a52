"""Loads: what shifts on a machine's platform, what falls, and machines that tip over; one in a scene."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from hiyari.events import Data, LoadShifted
from hiyari.physics.geometry import Vector
from hiyari.physics.machines.equipment.platform import PlatformAtWork
from hiyari.physics.mechanism import Misfit
from hiyari.physics.signals import Signal
from hiyari.physics.values import Name, Positive

from .falling import Faller
from .lookup import one_of
from .nearby import holder
from .stability import Balance, Stance

if TYPE_CHECKING:
    from hiyari.physics.machines.machine import Machine
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation

LOOK = 0.05
"""Seconds between two looks at who carries what."""


class Load(Data):
    """Falling things everywhere, and the stability of machines that are named."""

    kind: Literal["load"]
    """``load``."""
    machines: dict[Name, Stance] = {}
    """How robots stand that may tip over."""
    shift: Positive = 0.03
    """Metres that a load may move on a platform."""
    fall: Positive = 0.1
    """Metres from which on a fall is told."""
    breaks: dict[Name, Positive] = {}
    """Impulse at which a thing breaks, N s; 1.5 m/s times the mass for other things tagged ``fragile``."""
    watched: int = Field(default=60, ge=1, le=200)
    """Most things that move; more would make each tick slow."""

    def build(self, name: str, built: Built, seed: int) -> LoadAtWork:
        """Return it at work."""
        for thing in self.breaks:
            state = one_of(built.objects, thing, "thing", f"breaks.{thing}")
            if state.thing.mass <= 0.0:
                raise Misfit(f"breaks.{thing}", f"{thing!r} stands still; only what has mass can fall and break")
        balances = {}
        for robot, stance in self.machines.items():
            machine = one_of(built.machines, robot, "robot", f"machines.{robot}")
            if machine.drive is None:
                raise Misfit(f"machines.{robot}", f"{robot!r} is fixed to the ground and cannot tip over")
            balances[robot] = Balance(machine, stance)
        fallers = {}
        for thing, state in built.objects.items():
            if state.thing.mass <= 0.0:
                continue
            impulse, fragile = self.breaks.get(thing), state.has("fragile")
            if impulse is not None or fragile:
                state.values.setdefault("broken", False)
            fallers[thing] = Faller(state, impulse, fragile, top=state.motion.position[2])
        if len(fallers) > self.watched:
            raise Misfit("watched", f"{len(fallers)} things have mass; raise 'watched' to look at them all")
        return LoadAtWork(self, balances, fallers, _decks(built))


def _decks(built: Built) -> dict[str, tuple[Machine, list[PlatformAtWork]]]:
    found = {}
    for robot, machine in built.machines.items():
        decks = [part for part in machine.equipment.values() if isinstance(part, PlatformAtWork)]
        if decks:
            found[robot] = (machine, decks)
    return found


@dataclass
class LoadAtWork:
    """Loads at work. Signals ``<robot>_margin`` (m), ``<robot>_tilt`` (rad), ``<robot>_load`` (how many it carries)."""

    load: Load
    balances: dict[str, Balance]
    fallers: dict[str, Faller]
    decks: dict[str, tuple[Machine, list[PlatformAtWork]]]
    steps: bool = False
    carried: dict[str, list[str]] = field(default_factory=dict)
    """Things on each robot's platforms."""
    _places: dict[tuple[str, str], tuple[Vector, float]] = field(default_factory=dict)
    """Where each load lay in its robot's frame at first, and from which distance on it is to be told."""
    _due: float = 0.0

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        if simulation.time >= self._due:
            self._due = simulation.time + LOOK
            for robot, (machine, decks) in self.decks.items():
                self.carried[robot] = [state.name for deck in decks for state in deck.carried()]
                self._shift(simulation, robot, machine)
        on = {thing: robot for robot, things in self.carried.items() for thing in things}
        for thing, faller in self.fallers.items():
            faller.look(simulation, seconds, on.get(thing, ""), self.load.fall)
        for robot, balance in self.balances.items():
            balance.look(simulation, [self.fallers[thing].state for thing in self.carried.get(robot, ())])

    def step(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        found: dict[str, Signal] = {}
        for robot, balance in self.balances.items():
            found |= _signals_of(robot, balance)
        for robot in self.decks:
            found[f"{robot}_load"] = Signal(read=lambda robot=robot: float(len(self.carried.get(robot, ()))))  # type: ignore[misc]
        return found

    def _shift(self, simulation: Simulation, robot: str, machine: Machine) -> None:
        for thing in self.carried[robot]:
            faller = self.fallers[thing]
            if faller.falling or holder(simulation, thing):
                self._places.pop((robot, thing), None)
                continue
            place = machine.footing.local(faller.state.motion.position)
            first, due = self._places.setdefault((robot, thing), (place, self.load.shift))
            moved = math.dist(place[:2], first[:2])
            if moved > due:
                self._places[robot, thing] = (first, 2.0 * moved)
                simulation.tell(LoadShifted(robot=robot, object=thing, distance=moved))
        for key in [key for key in self._places if key[0] == robot and key[1] not in self.carried[robot]]:
            del self._places[key]


def _signals_of(robot: str, balance: Balance) -> dict[str, Signal]:
    return {
        f"{robot}_margin": Signal(read=lambda: max(balance.now.margin, -1e3), unit="m"),
        f"{robot}_tilt": Signal(read=lambda: balance.now.tilt, unit="rad"),
    }
