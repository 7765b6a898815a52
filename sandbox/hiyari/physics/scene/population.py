"""Building the people of a scene and its crowds, and what they see around them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from hiyari.errors import ContentError
from hiyari.physics.engine import Engine
from hiyari.physics.geometry import Vector, yaw_of
from hiyari.physics.happenings.behave import Behaves
from hiyari.physics.people.acts.act import Impossible
from hiyari.physics.people.behaviour import Behaviour
from hiyari.physics.people.crowd import Crowd, drawn_people
from hiyari.physics.people.model import Someone
from hiyari.physics.people.surroundings import RobotSeen, Spot, Surroundings, Wall
from hiyari.physics.signals import Signal

from .stage import Stage

if TYPE_CHECKING:
    from .building import Built

LOW, HIGH = 0.1, 1.8
"""Metres above the floor between which a block is in people's way."""


def populate(stage: Stage, engine: Engine, built: Built, seed: int) -> None:
    """Load the people, then the crowds, each in the order of their names.

    Raises:
        ContentError: If a crowd has no room where it is to be, or somebody cannot do what the scene says.
    """
    scene = stage.scene
    named = {event.person for event in scene.events if isinstance(event, Behaves)}
    for name in sorted(scene.people):
        someone = scene.people[name]
        rigid = someone.walk is not None and not someone.dynamic and name not in named
        _add(engine, built, name, someone, seed, rigid=rigid)
    walls = _walls(stage, engine, built)
    for name in sorted(scene.crowds):
        taken = [behaviour.person.posture.feet for behaviour in built.people.values()]
        taken += [(machine.place[0], machine.place[1]) for machine in built.machines.values()]
        try:
            members = drawn_people(name, scene.crowds[name], seed, walls, taken)
        except ValueError as error:
            where, _, what = str(error).partition(": ")
            raise ContentError(what, file=stage.file, field=f"crowds.{name}.{where}") from None
        crowd = built.crowds[name] = Crowd.of(name, scene.crowds[name], members, seed)
        for member, someone in members.items():
            _add(engine, built, member, someone, seed, rigid=member not in named).into(crowd)
    built.around = Surroundings(
        seed=seed,
        walls=walls,
        zones=scene.zones,
        robots={name: _robot(engine, built, name) for name in built.machines},
        people={name: _where(behaviour) for name, behaviour in built.people.items()},
    )
    for name, behaviour in built.people.items():
        behaviour.knows(built.crowds.values())
        deed = scene.people[name].does if name in scene.people else None
        if deed is None:
            continue
        try:
            behaviour.start(deed, 0.0, built.around, engine)
        except Impossible as error:
            raise ContentError(str(error), file=stage.file, field=f"people.{name}.does") from None


def add_devices(engine: Engine, built: Built) -> None:
    """Let people see what devices brought: cases, belts, and doors wherever they are at the moment."""
    standing, leaves = [], []
    for body, solid in built.solids.items():
        low, high = engine.bounds(body, -1)
        if high[2] < LOW or low[2] > HIGH:
            continue
        where = partial(_outline, engine, body, solid.shape.size)
        if body in built.leaves:
            leaves.append(where)
        else:
            standing.append(where())
    built.around = replace(built.around, walls=(*built.around.walls, *standing), leaves=tuple(leaves))


def _outline(engine: Engine, body: int, size: Vector) -> Wall:
    """Return the outline of an upright box on the floor, or that of the box around a tilted one."""
    position, orientation, *_ = engine.motion(body)
    if abs(orientation[0]) < 1e-6 and abs(orientation[1]) < 1e-6:
        return Wall((position[0], position[1]), (size[0] / 2.0, size[1] / 2.0), yaw_of(orientation))
    low, high = engine.bounds(body, -1)
    middle = ((low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0)
    return Wall(middle, ((high[0] - low[0]) / 2.0, (high[1] - low[1]) / 2.0))


def person_signals(behaviour: Behaviour) -> Mapping[str, Signal]:
    """Return the signals of a person by quantity."""
    person = behaviour.person
    return {
        "x": Signal(read=lambda: person.posture.feet[0], unit="m"),
        "y": Signal(read=lambda: person.posture.feet[1], unit="m"),
        "speed": Signal(read=lambda: person.speed, unit="m/s"),
        "posture": Signal(read=lambda: behaviour.doing, kind="text"),
    }


def _add(engine: Engine, built: Built, name: str, someone: Someone, seed: int, *, rigid: bool) -> Behaviour:
    behaviour = Behaviour.of(name, someone, seed, rigid=rigid)
    behaviour.person.build(engine)
    built.people[name] = behaviour
    return behaviour


def _walls(stage: Stage, engine: Engine, built: Built) -> tuple[Wall, ...]:
    walls = []
    for name, thing in sorted(stage.scene.things.items()):
        if thing.mass > 0.0 or not thing.solid:
            continue
        low, high = engine.bounds(built.things[name], -1)
        if high[2] < LOW or low[2] > HIGH:
            continue
        if thing.box is not None and thing.tilt == (0.0, 0.0):
            x, y, _ = engine.motion(built.things[name]).position
            walls.append(Wall((x, y), (thing.box[0] / 2.0, thing.box[1] / 2.0), thing.yaw))
        else:
            middle = ((low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0)
            walls.append(Wall(middle, ((high[0] - low[0]) / 2.0, (high[1] - low[1]) / 2.0)))
    return tuple(walls)


def _robot(engine: Engine, built: Built, name: str) -> RobotSeen:
    machine = built.machines[name]
    low, high = engine.bounds(machine.body, -1)
    return RobotSeen(lambda: machine.place[:2], math.hypot(high[0] - low[0], high[1] - low[1]) / 2.0)


def _where(behaviour: Behaviour) -> Callable[[], Spot]:
    return lambda: behaviour.person.posture.feet
