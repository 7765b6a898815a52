"""How near a thing is to a person's body, and who holds a thing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from hiyari.physics.geometry import Vector
from hiyari.physics.people.areas import INFANT, STIFFNESS

if TYPE_CHECKING:
    from hiyari.physics.engine import Engine
    from hiyari.physics.people.behaviour import Behaviour
    from hiyari.physics.simulation import Simulation

ARMS = 1.2
"""Metres beyond a distance within which a person's feet must be for the body to be looked at: an arm and a lean."""


SKIN = {*STIFFNESS, INFANT}
"""Regions that are a body's; the others are a wheelchair, a stick, a pram, a box that is carried."""


class Part(NamedTuple):
    """The nearest part of a body."""

    region: str
    distance: float
    """Metres; 0 when touching."""
    point: Vector
    """Nearest point of the body."""


def nearest_part(engine: Engine, behaviour: Behaviour, body: int, within: float) -> Part | None:
    """Return the part of a person that is nearest to a body and nearer than ``within``, metres.

    Only asked of people whose feet are near, so that people far away cost nothing.
    """
    person = behaviour.person
    low, high = engine.bounds(body, -1)
    beyond = [max(a - at, at - b, 0.0) for a, at, b in zip(low[:2], person.posture.feet, high[:2], strict=True)]
    if math.hypot(*beyond) > within + ARMS:
        return None
    found: Part | None = None
    for cluster, segment in person.bodies.items():
        if segment.region_of(cluster) not in SKIN:
            continue
        near = engine.closest(body, cluster, within if found is None else found.distance)
        if near is not None and (found is None or near.distance < found.distance):
            found = Part(segment.region_of(cluster), max(near.distance, 0.0), near.point_b)
    return found


def holder(simulation: Simulation, thing: str) -> str:
    """Return the robot that holds a thing, or nothing."""
    for machine in simulation.built.machines.values():
        if machine.holding == thing:
            return machine.name
    return ""
