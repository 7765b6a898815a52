"""What the robot API commands: velocities, joint positions, stops, skills, and time."""

from __future__ import annotations

import base64
import math
from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jsonschema

from hiyari.events import Json
from hiyari.physics.geometry import distance
from hiyari.physics.machines.drive import Velocity
from hiyari.physics.machines.kinematics import points
from hiyari.physics.machines.machine import Machine
from hiyari.physics.machines.manipulator import Manipulator
from hiyari.physics.machines.path import JointPath, joint_limited
from hiyari.physics.machines.steering import JOINT_SHARE, TURN_LENGTH
from hiyari.physics.refusal import Refusal
from hiyari.physics.skills import SKILLS
from hiyari.physics.skills.common import follow, stopped

from .unfit import Unfit

if TYPE_CHECKING:
    from hiyari.physics.session import Session

LONGEST = 60.0
"""Simulated seconds that one request may run the simulation on."""

Ticks = Generator[None, None, dict[str, Any]]


def velocity(session: Session, request: Mapping[str, Json]) -> Ticks:
    """Drive at a velocity: until the watchdog lapses, or for a duration and then stop."""
    machine = _machine(session, request)
    told = {key: request.get(key) for key in ("linear", "angular", "climb", "duration") if request.get(key) is not None}
    with _Recorded(session, machine, "velocity", told, request):
        if machine.drive is None:
            raise Unfit(f"{machine.name} has no drive; it stands where it is", 409)
        forward, turn, climb = (_number(request, name, 0.0) for name in ("linear", "angular", "climb"))
        duration = _number(request, "duration", 0.0)
        if not 0.0 <= duration <= LONGEST:
            raise Unfit(f"duration is from 0 to {LONGEST:g} s, not {duration:g}")
        _ready(machine)
    simulation, wanted = session.simulation, Velocity(forward, turn, climb)
    ticks = round(duration / simulation.tick_seconds)
    machine.drive.move(replace(wanted, given=simulation.time))
    for _ in range(ticks):
        yield
        if machine.safety.mode != "running":
            raise stopped(machine)
        machine.drive.move(replace(wanted, given=simulation.time))
    if ticks:
        machine.drive.cancel()
    return {}


def joints(session: Session, request: Mapping[str, Json]) -> Ticks:
    """Move the joints of an arm to positions, all at once, and return when they are there."""
    machine = _machine(session, request)
    arm, asked = machine.arm, request.get("positions")
    with _Recorded(session, machine, "joints", {"positions": asked}, request):
        if arm is None:
            raise Unfit(f"{machine.name} has no arm", 409)
        goal = _goal(arm, asked)
        speed = _number(request, "speed", machine.robot.limits.usual_speed)
        if not 0.0 < speed <= machine.robot.limits.speed:
            raise Unfit(f"speed is above 0 and at most {machine.robot.limits.speed:g} m/s, not {speed:g}")
        _ready(machine)
    arm.halted = False
    start = list(arm.target)
    widest = max(abs(b - a) for a, b in zip(start, goal, strict=True))
    if widest < 1e-6:
        return {}
    ends = [points(arm.chain, each) for each in (start, goal)]
    far = max(distance(tuple(a), tuple(b)) for a, b in zip(*ends, strict=True))
    lengths = [max(far, TURN_LENGTH * widest)]
    most = joint_limited([start, goal], lengths, [JOINT_SHARE * limit for limit in arm.limits_of_joints])
    path = JointPath([start, goal], lengths, min(speed, most), machine.robot.limits.acceleration)
    yield from follow(session, machine, path)
    return {}


def stop(session: Session, request: Mapping[str, Json]) -> Ticks:
    """Stop a robot as an ordinary stop."""
    yield from ()
    machine = _machine(session, request)
    session.command(machine.name, "stop", {}, _account(request))
    machine.halt()
    return {}


def skill(session: Session, request: Mapping[str, Json]) -> Ticks:
    """Carry out one of the scene's skills."""
    name, arguments = request.get("name"), request.get("arguments")
    if not isinstance(name, str) or name not in session.stage.scene.skills:
        known = ", ".join(session.stage.scene.skills)
        raise Unfit(f"there is no skill {str(name)[:60]!r}; there are {known}", 404)
    given = {} if arguments is None else arguments
    schema = SKILLS[name].spec(session.stage, session.language).parameters
    wrong = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema).iter_errors(given))
    if wrong is not None:
        raise Unfit(f"{name}: {wrong.message[:500]}")
    answer = yield from session.perform(name, given, _account(request))
    return {"text": answer.text, "images": [base64.b64encode(image).decode() for image in answer.images]}


def wait(session: Session, request: Mapping[str, Json]) -> Ticks:
    """Let simulated time pass."""
    seconds = _number(request, "seconds", 0.0)
    if not 0.0 < seconds <= LONGEST:
        raise Unfit(f"seconds is above 0 and at most {LONGEST:g}, not {seconds:g}")
    for _ in range(round(seconds / session.simulation.tick_seconds)):
        yield
    return {}


class _Recorded:
    """Records the command when its checks are over: accepted, or refused and why."""

    def __init__(
        self, session: Session, machine: Machine, name: str, told: dict[str, Json], request: Mapping[str, Json]
    ) -> None:
        self._session, self._machine, self._name = session, machine, name
        self._told, self._account = told, _account(request)

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        why = self._session.say(error.text) if isinstance(error, Refusal) else "" if error is None else str(error)
        told = self._told if error is None else {key: str(value)[:200] for key, value in self._told.items()}
        self._session.command(self._machine.name, self._name, told, self._account, why)


def _machine(session: Session, request: Mapping[str, Json]) -> Machine:
    name, machines = request.get("robot"), session.simulation.built.machines
    if not isinstance(name, str) or name not in machines:
        raise Unfit(f"there is no robot {str(name)[:60]!r}; there are {', '.join(machines)}", 404)
    return machines[name]


def _ready(machine: Machine) -> None:
    if machine.safety.mode != "running":
        raise stopped(machine)


def _goal(arm: Manipulator, asked: Json) -> list[float]:
    names, now = list(arm.arm.joints), list(arm.target)
    if isinstance(asked, list) and len(asked) == len(names):
        asked = dict(zip(names, asked, strict=True))
    if not isinstance(asked, dict) or not asked or not set(asked) <= set(names):
        raise Unfit(f"positions is a mapping of joints to radians, or a list of {len(names)}: {', '.join(names)}")
    for name, value in asked.items():
        index = names.index(name)
        limits = arm.chain.moving[index]
        if isinstance(value, bool) or not isinstance(value, int | float) or not limits.low <= value <= limits.high:
            raise Unfit(f"{name} is from {limits.low:.3f} to {limits.high:.3f} rad, not {str(value)[:60]}")
        now[index] = float(value)
    return now


def _number(request: Mapping[str, Json], name: str, default: float) -> float:
    value = request.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Unfit(f"{name} is a finite number, not {str(value)[:60]!r}")
    return float(value)


def _account(request: Mapping[str, Json]) -> str:
    return str(request.get("account") or "")[:100]
