"""What the robot API tells: states of robots, the scene's skills, pictures of its cameras."""

from __future__ import annotations

import base64
import math
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any

from hiyari.events import Json
from hiyari.physics.geometry import yaw_of
from hiyari.physics.machines.machine import Machine
from hiyari.physics.skills import SKILLS
from hiyari.physics.skills.look import IMAGES, taken_by
from hiyari.physics.values import real

from .unfit import Unfit

if TYPE_CHECKING:
    from hiyari.physics.session import Session

COST = 0.02
"""Simulated seconds of a request that states none."""
MOST_COST = 1.0
SAMPLES = 400
"""Most states told with one answer."""


def states(session: Session) -> dict[str, Any]:
    """Return the state of each robot, by name."""
    return {name: state(machine) for name, machine in session.simulation.built.machines.items()}


def state(machine: Machine) -> dict[str, Any]:
    """Return where a robot is and how it moves, in the world frame; velocities in its own (REP 103, REP 105)."""
    engine, motion = machine.engine, machine.motion
    yaw = yaw_of(motion.orientation)
    vx, vy, vz = motion.linear
    names = {index: name for name, index in engine.joints(machine.body).items()}
    moving = engine.moving_joints(machine.body)
    positions, speeds = engine.joint_states(machine.body, moving)
    found: dict[str, Any] = {
        "mode": machine.safety.mode,
        "position": [_round(value, 4) for value in motion.position],
        "orientation": [_round(value, 6) for value in motion.orientation],
        "yaw": _round(yaw, 4),
        "linear": [
            _round(vx * math.cos(yaw) + vy * math.sin(yaw), 4),
            _round(vy * math.cos(yaw) - vx * math.sin(yaw), 4),
            _round(vz, 4),
        ],
        "angular": [_round(value, 4) for value in motion.angular],
        "joints": {
            names[index]: {"position": _round(position, 4), "velocity": _round(speed, 4)}
            for index, position, speed in zip(moving, positions, speeds, strict=True)
        },
        "moving": machine.moving,
    }
    if machine.arm is not None:
        found["tool"] = [_round(value, 4) for value in machine.arm.place]
        found["holding"] = machine.holding
    return found


def described(session: Session, request: Mapping[str, Json]) -> Generator[None, None, dict[str, Any]]:
    """Tell what each robot can be told."""
    yield from ()
    return {
        "described": [
            {
                "id": name,
                "owner": machine.owner,
                "velocity": machine.drive is not None,
                "joints": [] if machine.arm is None else list(machine.arm.arm.joints),
                "limits": {"speed": machine.robot.limits.speed, "acceleration": machine.robot.limits.acceleration},
            }
            for name, machine in session.simulation.built.machines.items()
        ]
    }


def skills(session: Session, request: Mapping[str, Json]) -> Generator[None, None, dict[str, Any]]:
    """Tell the scene's skills with their schemas."""
    yield from ()
    found = [SKILLS[name].spec(session.stage, session.language) for name in session.stage.scene.skills]
    told = [{"name": each.name, "description": each.description, "parameters": each.parameters} for each in found]
    return {"skills": told}


def camera(session: Session, request: Mapping[str, Json]) -> Generator[None, None, dict[str, Any]]:
    """Take a picture with one of the scene's cameras, as the skill ``look`` gives it."""
    yield from ()
    eyes, name, kind = session.simulation.built.senses.eyes, request.get("camera"), request.get("image", "rgb")
    if not isinstance(name, str) or name not in eyes:
        raise Unfit(f"there is no camera {str(name)[:60]!r}; there are {', '.join(eyes)}", 404)
    if kind not in IMAGES:
        raise Unfit(f"an image is one of {', '.join(IMAGES)}, not {str(kind)[:60]!r}")
    _, images = taken_by(session, name, str(kind))
    return {"png": base64.b64encode(images[0]).decode()}


class Sampler:
    """Counts the time that a request takes, and takes states on the way.

    Args:
        session: The session.
        request: ``cost``, the least simulated seconds it takes; ``sample``, seconds between states that are told.
    """

    def __init__(self, session: Session, request: Mapping[str, Json]) -> None:
        self._session = session
        tick = session.simulation.tick_seconds
        owed = session.owed + min(MOST_COST, max(0.0, _number(request.get("cost"), COST)))
        self._cost = int(owed / tick + 1e-9)
        session.owed = owed - self._cost * tick
        self._every = round(_number(request.get("sample"), 0.0) / tick)
        self._ticks = 0
        self.samples: list[dict[str, Any]] = []
        """States on the way, oldest first; the last are kept when there are too many."""

    def during(self, steps: Generator[None, None, dict[str, Any]]) -> Generator[None, None, dict[str, Any]]:
        """Pass steps on."""
        while True:
            try:
                next(steps)
            except StopIteration as end:
                told: dict[str, Any] = end.value
                return told
            yield from self._tick()

    def at_least(self) -> Generator[None, None, None]:
        """Wait until the request has taken its time."""
        while self._ticks < self._cost:
            yield from self._tick()

    def _tick(self) -> Generator[None, None, None]:
        yield
        self._ticks += 1
        if self._every and self._ticks % self._every == 0:
            self.samples.append({"time": self._session.simulation.time, "robots": states(self._session)})
            del self.samples[:-SAMPLES]


def _round(value: float, digits: int) -> float:
    """Return a rounded number, never minus zero."""
    return round(value, digits) + 0.0


def _number(value: Json, default: float) -> float:
    found = real(value)
    return default if found is None else found
