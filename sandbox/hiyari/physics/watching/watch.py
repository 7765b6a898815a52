"""What is accumulated for one robot over every step of a block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from hiyari.events import Event, RobotState
from hiyari.physics.engine import Engine
from hiyari.physics.machines.machine import Machine
from hiyari.physics.people.person import Person
from hiyari.physics.scene.model import Zone

from .nearness import EXACT, Nearness
from .touching import Contacts

TOUCHING = 0.1
"""Metres to the nearest person below which contacts are looked for."""


@dataclass
class Watch:
    """Distances, contacts and speeds of one robot."""

    machine: Machine
    nearness: list[Nearness]
    contacts: Contacts
    zones: Mapping[str, Zone]
    separation: float = inf
    """To the nearest person now, metres."""
    force: float = 0.0
    """Largest contact force on a person now, N."""
    speed: float = 0.0
    ratio: float = 0.0
    inside: set[str] = field(default_factory=set)

    def look(self, engine: Engine) -> None:
        """Measure distances before the first step."""
        for near in self.nearness:
            near.see(engine, 0.0, self.machine.hazards(), self.machine.motions, self.machine.fastest)
            near.drain(0.0)
            self.separation = min(self.separation, near.distance)

    def see(self, engine: Engine, time: float, hz: int) -> Event | None:
        """Take in one step at a rate; returns a change of the safety state."""
        machine = self.machine
        machine.sense()
        nearest = inf
        for near in self.nearness:
            if near.distance <= EXACT or time >= near.due:
                near.see(engine, time, machine.hazards(), machine.motions, machine.fastest)
            nearest = min(nearest, near.distance)
        self.separation = nearest
        touching = nearest < TOUCHING or self.contacts.going
        self.force = self.contacts.see(time, machine.load(), hz) if touching else 0.0
        self.speed = max(self.speed, machine.speed)
        self.ratio = max(self.ratio, machine.joint_ratio)
        return machine.safety.watch(time, nearest, machine.fastest, self.force)

    def look_at_zones(self) -> None:
        """Note the zones the robot is in."""
        x, y, _ = self.machine.place
        self.inside.update(zones_at(self.zones, x, y))

    def drain(self) -> RobotState:
        """Return what the robot did in the block and begin the next block."""
        state = RobotState(
            robot=self.machine.name,
            mode=self.machine.safety.mode,
            speed=self.speed,
            joint_speed_ratio=self.ratio,
            position=self.machine.place,
            zones=tuple(sorted(self.inside)),
        )
        self.speed = self.ratio = 0.0
        self.inside = set()
        return state


def zones_at(zones: Mapping[str, Zone], x: float, y: float) -> list[str]:
    """Return the names of the zones a point is in."""
    return [
        name for name, zone in zones.items() if zone.low[0] <= x <= zone.high[0] and zone.low[1] <= y <= zone.high[1]
    ]


def watches(
    engine: Engine,
    machines: Sequence[Machine],
    people: Sequence[Person],
    zones: Mapping[str, Zone],
    reach: float,
) -> list[Watch]:
    """Return a watch for each machine.

    Args:
        engine: The engine.
        machines: The robots.
        people: The people.
        zones: The zones of the scene.
        reach: Metres up to which separations are reported.
    """
    return [
        Watch(machine, [Nearness(machine.name, person, reach) for person in people], Contacts(engine, people), zones)
        for machine in machines
    ]
