"""Rows of physics.zst: what was measured, and what a reader needs to draw everything that moves, as float64."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from math import inf, nan

from hiyari.physics.people.behaviour import Behaviour
from hiyari.physics.scene.building import Built
from hiyari.physics.watching.watch import Watch

from .tracks import Track

SPOTS = ("face", "left_hand", "right_hand")
MODES = {"running": 0.0, "protective_stop": 1.0, "emergency_stop": 2.0}


def columns(built: Built, moving: Sequence[Track], watches: Sequence[Watch]) -> tuple[str, ...]:
    """Return the names of the columns, in order; NaN stands for out of range."""
    names = ["time"]
    for watch in watches:
        robot = watch.machine.name
        names += [f"{robot}.{what}" for what in ("x", "y", "z", "speed", "mode", "separation", "force")]
        if watch.machine.drive is not None:
            names.append(f"{robot}.yaw")
    for name, behaviour in built.people.items():
        names += [f"{name}.{spot}.{axis}" for spot in _spots(behaviour) for axis in "xyz"]
    for track in moving:
        names += track.columns
    return tuple(names)


def row(time: float, built: Built, moving: Sequence[Track], watches: Sequence[Watch]) -> bytes:
    """Return one row, little-endian."""
    values = [time]
    for watch in watches:
        machine = watch.machine
        near = nan if watch.separation == inf else watch.separation
        values += [*machine.place, machine.speed, MODES[machine.safety.mode], near, watch.force]
        if machine.drive is not None:
            values.append(machine.yaw)
    for behaviour in built.people.values():
        for spot in _spots(behaviour):
            values += behaviour.person.spot(spot)
    for track in moving:
        values += track.read()
    return struct.pack(f"<{len(values)}d", *values)


def _spots(behaviour: Behaviour) -> tuple[str, ...]:
    """Return what is kept of a person; of somebody in a crowd the face alone."""
    return SPOTS[:1] if behaviour.of_crowd else SPOTS
