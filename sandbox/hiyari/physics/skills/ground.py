"""What stands on the floor of a scene, for skills that drive."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hiyari.physics.geometry import yaw_of
from hiyari.physics.machines.equipment.platform import PlatformAtWork
from hiyari.physics.machines.machine import Machine
from hiyari.physics.machines.routes import Floor, Footprint, Spot

if TYPE_CHECKING:
    from hiyari.physics.simulation import Simulation

LOWEST = 0.03
"""Metres up to which things on the floor are driven over, such as paint and mats."""
MARGIN = 0.08
"""Metres kept free beside a robot."""


def floor_of(simulation: Simulation, machine: Machine, leave_out: str = "") -> Floor:
    """Return the grid of where a robot may drive now.

    Args:
        simulation: The running simulation.
        machine: The robot.
        leave_out: A thing that is not in the way, as when it is pushed.
    """
    prints = [each for name, each in _standing(simulation, machine) if name != leave_out]
    x, y = machine.footing.origin[0][:2]
    xs = [x, *(each.centre[0] for each in prints)]
    ys = [y, *(each.centre[1] for each in prints)]
    reach = max((math.hypot(*each.half) for each in prints), default=5.0)
    low = (min(xs) - reach - 1.0, min(ys) - reach - 1.0)
    high = (max(xs) + reach + 1.0, max(ys) + reach + 1.0)
    ground = _ground(simulation)
    if ground is not None:
        low, high = (max(low[0], ground[0]), max(low[1], ground[1])), (min(high[0], ground[2]), min(high[1], ground[3]))
    floor = Floor(low, high, radius_of(machine) + MARGIN)
    floor.stand(prints)
    return floor


def radius_of(machine: Machine) -> float:
    """Return half the width of the box around a robot's base, metres: it turns on the spot before it goes on."""
    low, high = machine.engine.bounds(machine.body, -1)
    return min(high[0] - low[0], high[1] - low[1]) / 2.0


def _ground(simulation: Simulation) -> tuple[float, float, float, float] | None:
    """Return the edges of the largest thing whose top is the floor."""
    best: tuple[float, tuple[float, float, float, float]] | None = None
    for name, body in simulation.built.things.items():
        thing = simulation.scene.things[name]
        if not thing.solid or thing.mass > 0.0:
            continue
        low, high = simulation.engine.bounds(body, -1)
        area = (high[0] - low[0]) * (high[1] - low[1])
        if abs(high[2]) < LOWEST and (best is None or area > best[0]):
            best = (area, (low[0], low[1], high[0], high[1]))
    return None if best is None else best[1]


def _standing(simulation: Simulation, machine: Machine) -> Iterator[tuple[str, Footprint]]:
    engine = simulation.engine
    top = engine.bounds(machine.body, -1)[1][2] + 0.3
    carried = {machine.holding, *_loads(machine)}
    for name, body in simulation.built.things.items():
        thing = simulation.scene.things[name]
        if not thing.solid or name in carried:
            continue
        low, high = engine.bounds(body, -1)
        if high[2] < LOWEST or low[2] > top:
            continue
        if thing.box is not None and thing.tilt == (0.0, 0.0) and thing.mass == 0.0:
            motion = engine.motion(body)
            half: Spot = (thing.box[0] / 2.0, thing.box[1] / 2.0)
            yield name, Footprint((motion.position[0], motion.position[1]), half, yaw_of(motion.orientation))
        else:
            yield name, _box(low, high)
    for body, solid in simulation.built.solids.items():
        low, high = engine.bounds(body, -1)
        if high[2] < LOWEST or low[2] > top:
            continue
        position, orientation, *_ = engine.motion(body)
        if abs(orientation[0]) < 1e-6 and abs(orientation[1]) < 1e-6:
            half = (solid.shape.size[0] / 2.0, solid.shape.size[1] / 2.0)
            yield solid.device, Footprint((position[0], position[1]), half, yaw_of(orientation))
        else:
            yield solid.device, _box(low, high)
    for name, other in simulation.built.machines.items():
        if other is not machine:
            yield name, _box(*engine.bounds(other.body, -1))


def _loads(machine: Machine) -> Iterator[str]:
    """Yield what lies on a robot's own platforms."""
    for part in machine.equipment.values():
        if isinstance(part, PlatformAtWork):
            yield from (state.name for state in part.carried())


def _box(low: tuple[float, ...], high: tuple[float, ...]) -> Footprint:
    centre = ((low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0)
    return Footprint(centre, ((high[0] - low[0]) / 2.0, (high[1] - low[1]) / 2.0))
