"""What the robot API commands: velocities, joint positions, stops, skills, and time."""

from __future__ import annotations

import base64
from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jsonschema

from hiyari.events import Json
from hiyari.physics.geometry import Vector, distance
from hiyari.physics.machines.drive import Velocity
from hiyari.physics.machines.kinematics import points
from hiyari.physics.machines.machine import Machine
from hiyari.physics.machines.manipulator import Manipulator
from hiyari.physics.machines.path import JointPath, joint_limited
from hiyari.physics.machines.steering import JOINT_SHARE, TURN_LENGTH
from hiyari.physics.skills import SKILLS
from hiyari.physics.skills.common import follow, stopped
from hiyari.physics.values import real

from .sending import Refusing, account_of, one_way, there
from .unfit import Unfit

if TYPE_CHECKING:
    from hiyari.physics.session import Session

NONSENSE = 10.0
"""Times a limit beyond which a velocity was surely meant in another unit."""
LONGEST = 60.0
"""Simulated seconds that one request may run the simulation on."""

Ticks = Generator[None, None, dict[str, Any]]


def velocity(session: Session, request: Mapping[str, Json]) -> Ticks:
    """Drive at a velocity: until the watchdog lapses, or for a duration and then stop.

    Without a duration nobody waits for the robot: what becomes of the command on the radio link is not answered.
    """
    machine = _machine(session, request)
    told = {key: request.get(key) for key in ("linear", "angular", "climb", "duration") if request.get(key) is not None}
    simulation = session.simulation
    with Refusing(session, machine, "velocity", told, request):
        drive = machine.drive
        if drive is None:
            raise Unfit(f"{machine.name} has no drive; it stands where it is", 409)
        fastest, spin = machine.robot.limits.speed, drive.model.turn_speed
        forward = _cut(request, "linear", fastest, "m/s")
        turn, climb = _cut(request, "angular", spin, "rad/s"), _cut(request, "climb", fastest, "m/s")
        wanted, duration = Velocity(forward, turn, climb), _number(request, "duration", 0.0)
        if not 0.0 <= duration <= LONGEST:
            raise Unfit(f"duration is from 0 to {LONGEST:g} s, not {duration:g}")

    def begin() -> None:
        _ready(machine)
        drive.move(replace(wanted, given=simulation.time))

    answer = {"commanded": {"linear": forward, "angular": turn, "climb": climb}}
    if duration == 0.0:
        yield from one_way(session, machine, "velocity", told, request, begin)
        return answer
    yield from there(session, machine, "velocity", told, request, begin)
    for _ in range(round(duration / simulation.tick_seconds)):
        yield
        if machine.safety.mode != "running":
            raise stopped(machine)
        drive.move(replace(wanted, given=simulation.time))
    drive.cancel()
    return answer


def joints(session: Session, request: Mapping[str, Json]) -> Ticks:
    """Move the joints of an arm to positions, all at once, and return when they are there."""
    machine = _machine(session, request)
    asked = request.get("positions")
    told = {"positions": asked}
    with Refusing(session, machine, "joints", told, request):
        arm = machine.arm
        if arm is None:
            raise Unfit(f"{machine.name} has no arm", 409)
        goal = _goal(arm, asked)
        speed = _number(request, "speed", machine.robot.limits.usual_speed)
        if not 0.0 < speed <= machine.robot.limits.speed:
            raise Unfit(f"speed is above 0 and at most {machine.robot.limits.speed:g} m/s, not {speed:g}")
    yield from there(session, machine, "joints", told, request, lambda: _ready(machine))
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


def tool(session: Session, request: Mapping[str, Json]) -> Ticks:
    """Move an arm's tool at a velocity in the robot's frame: until it lapses, or for a duration and then stop."""
    machine = _machine(session, request)
    told = {key: request.get(key) for key in ("linear", "angular", "duration") if request.get(key) is not None}
    simulation = session.simulation
    with Refusing(session, machine, "tool", told, request):
        arm = machine.arm
        if arm is None:
            raise Unfit(f"{machine.name} has no arm", 409)
        linear, angular = _three(request, "linear", "m/s"), _three(request, "angular", "rad/s")
        duration = _number(request, "duration", 0.0)
        if not 0.0 <= duration <= LONGEST:
            raise Unfit(f"duration is from 0 to {LONGEST:g} s, not {duration:g}")

    def begin() -> None:
        _ready(machine)
        arm.jog(linear, angular, simulation.time)

    if duration == 0.0:
        yield from one_way(session, machine, "tool", told, request, begin)
        return {}
    yield from there(session, machine, "tool", told, request, begin)
    for _ in range(round(duration / simulation.tick_seconds)):
        yield
        if machine.safety.mode != "running":
            raise stopped(machine)
        arm.jog(linear, angular, simulation.time)
    machine.halt()
    return {}


def stop(session: Session, request: Mapping[str, Json]) -> Ticks:
    """Stop a robot as an ordinary stop; nobody waits for it."""
    machine = _machine(session, request)
    yield from one_way(session, machine, "stop", {}, request, machine.halt)
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
    answer = yield from session.perform(name, given, account_of(request))
    return {"text": answer.text, "images": [base64.b64encode(image).decode() for image in answer.images]}


def wait(session: Session, request: Mapping[str, Json]) -> Ticks:
    """Let simulated time pass."""
    seconds = _number(request, "seconds", 0.0)
    if not 0.0 < seconds <= LONGEST:
        raise Unfit(f"seconds is above 0 and at most {LONGEST:g}, not {seconds:g}")
    for _ in range(round(seconds / session.simulation.tick_seconds)):
        yield
    return {}


def _three(request: Mapping[str, Json], name: str, unit: str) -> Vector:
    value = request.get(name)
    numbers = [0.0, 0.0, 0.0] if value is None else value
    found = [real(each) for each in numbers] if isinstance(numbers, list) and len(numbers) == 3 else [None]
    x, y, z = (*found, None, None)[:3]
    if x is None or y is None or z is None:
        raise Unfit(f"{name} is a list of three finite numbers in {unit}")
    return (x, y, z)


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


def _cut(request: Mapping[str, Json], name: str, limit: float, unit: str) -> float:
    value = _number(request, name, 0.0)
    if abs(value) > NONSENSE * limit:
        raise Unfit(f"{name}={value:g} {unit} is beyond this robot's limit of {limit:g} {unit}; is the unit {unit}?")
    return max(-limit, min(limit, value))


def _number(request: Mapping[str, Json], name: str, default: float) -> float:
    if request.get(name) is None:
        return default
    value = real(request.get(name))
    if value is None:
        raise Unfit(f"{name} is a finite number, not {str(request.get(name))[:60]!r}")
    return value
