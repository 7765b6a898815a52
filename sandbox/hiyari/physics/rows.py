"""Rows of physics.zst: what a reader needs to draw the episode again, as float64 at the scene's row rate."""

from __future__ import annotations

import struct
from math import inf, nan

from hiyari.physics.people.behaviour import Behaviour
from hiyari.physics.scene.building import Built
from hiyari.physics.watching.watch import Watch

from .engine import Engine
from .geometry import yaw_of

SPOTS = ("face", "left_hand", "right_hand")
MODES = {"running": 0.0, "protective_stop": 1.0, "emergency_stop": 2.0}


def columns(built: Built, parts: list[str], watches: list[Watch]) -> tuple[str, ...]:
    """Return the names of the columns, in order; NaN stands for out of range."""
    names = ["time"]
    for watch in watches:
        robot = watch.machine.name
        names += [f"{robot}.{what}" for what in ("x", "y", "z", "speed", "mode", "separation", "force")]
        if watch.machine.drive is not None:
            names.append(f"{robot}.yaw")
        if watch.machine.arm is not None:
            names += [f"{robot}.q{index + 1}" for index in range(len(watch.machine.arm.target))]
    for part in parts:
        names += [f"{part}.{what}" for what in ("x", "y", "z", "yaw")]
    for name, behaviour in built.people.items():
        names += [f"{name}.{spot}.{axis}" for spot in _spots(behaviour) for axis in "xyz"]
    return tuple(names)


def row(time: float, engine: Engine, built: Built, parts: list[str], watches: list[Watch]) -> bytes:
    """Return one row, little-endian."""
    values = [time]
    for watch in watches:
        machine = watch.machine
        near = nan if watch.separation == inf else watch.separation
        values += [*machine.place, machine.speed, MODES[machine.safety.mode], near, watch.force]
        if machine.drive is not None:
            values.append(machine.yaw)
        if machine.arm is not None:
            values += machine.arm.positions
    for part in parts:
        motion = engine.motion(built.things[part])
        values += [*motion.position, yaw_of(motion.orientation)]
    for behaviour in built.people.values():
        for spot in _spots(behaviour):
            values += behaviour.person.spot(spot)
    return struct.pack(f"<{len(values)}d", *values)


def _spots(behaviour: Behaviour) -> tuple[str, ...]:
    """Return what is kept of a person; of somebody in a crowd the face alone."""
    return SPOTS[:1] if behaviour.of_crowd else SPOTS
