"""What of a scene moves, body by body: numbers that a row holds, and how a reader puts the body where they say.

Writer and reader make the same tracks from the same scene, so that neither knows the other's order. Numbers of poses
are rounded to 2^-14 (0.06 mm, 0.06 mrad), which a picture does not show and which compresses to a third.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from .engine import Engine
from .geometry import Quaternion, Vector, yaw_of
from .happenings.putting import Puts
from .machines.machine import Machine
from .people.behaviour import Behaviour
from .people.person import AID, Person
from .people.posture import Posture
from .people.segment import Segment
from .scene.building import Built

FINE, STEP = 16384.0, 1.0 / 16384.0
POSE = ("x", "y", "z", "qx", "qy", "qz", "qw")
POSTURE = ("feet_x", "feet_y", "yaw", "lean", "sit", "slump", "tilt", "tilt_towards", "hand", "to_x", "to_y", "to_z")
"""``hand`` is 0 for none, 1 for the left, 2 for the right, which is at ``to``."""
HANDS = ("", "left", "right")


class Track(NamedTuple):
    """One thing that moves."""

    columns: tuple[str, ...]
    read: Callable[[], Sequence[float]]
    """Returns its numbers now."""
    put: Callable[[Sequence[float]], object]
    """Puts it where these numbers say."""


def tracks(engine: Engine, built: Built) -> list[Track]:
    """Return a track for everything that can move: things, parts of devices, robots with all joints, people."""
    found = []
    put = {event.thing for event in built.scene.events if isinstance(event, Puts)}
    for name, body in built.things.items():
        if built.scene.things[name].mass > 0.0 or name in put:
            found.append(_thing(engine, name, body))
    numbers: dict[str, int] = {}
    for body, device in sorted(built.moving.items()):
        numbers[device] = numbers.get(device, 0) + 1
        found.append(_body(engine, f"{device}.part_{numbers[device]}", body))
    for name, machine in built.machines.items():
        found += _machine(engine, name, machine)
    for name, behaviour in built.people.items():
        found += _limp(engine, name, behaviour) if behaviour.person.dynamic else [_posture(engine, name, behaviour)]
    return found


def _fine(*values: float) -> list[float]:
    return [round(value * FINE) * STEP for value in values]


def _thing(engine: Engine, name: str, body: int) -> Track:
    """Keep place and heading of a thing as they are: probes and monitors of a reader may want them."""

    def read() -> list[float]:
        motion = engine.motion(body)
        return [*motion.position, yaw_of(motion.orientation), *_fine(*motion.orientation)]

    def put(values: Sequence[float]) -> None:
        engine.put(body, _vector(values), _turn(values[4:]))

    return Track(tuple(f"{name}.{what}" for what in ("x", "y", "z", "yaw", *POSE[3:])), read, put)


def _body(engine: Engine, name: str, body: int) -> Track:
    def read() -> list[float]:
        motion = engine.motion(body)
        return _fine(*motion.position, *motion.orientation)

    def put(values: Sequence[float]) -> None:
        engine.put(body, _vector(values), _turn(values[3:]))

    return Track(tuple(f"{name}.{what}" for what in POSE), read, put)


def _machine(engine: Engine, name: str, machine: Machine) -> list[Track]:
    arm = machine.arm
    known = engine.joints(machine.body)
    of_arm = [] if arm is None else [known[joint] for joint in arm.arm.joints]
    moving = set(engine.moving_joints(machine.body)) - set(of_arm)
    others = {f"{name}.{joint}": index for joint, index in known.items() if index in moving}
    found = []
    if not machine.footing.fixed:
        body = _body(engine, f"{name}.base", machine.body)
        found = [body._replace(read=lambda: _fine(*machine.motion.position, *machine.motion.orientation))]

    def read(joints: list[int]) -> list[float]:
        return engine.joint_states(machine.body, joints)[0]

    def put(joints: list[int], values: Sequence[float]) -> None:
        for joint, value in zip(joints, values, strict=True):
            engine.put_joint(machine.body, joint, value)

    if arm is not None:
        columns = tuple(f"{name}.q{index + 1}" for index in range(len(of_arm)))
        found.append(Track(columns, lambda: arm.positions, partial(put, of_arm)))
    if others:
        joints = list(others.values())
        found.append(Track(tuple(others), lambda: _fine(*read(joints)), partial(put, joints)))
    return found


def _posture(engine: Engine, name: str, behaviour: Behaviour) -> Track:
    """Keep the posture, which places every part of a person whom the engine does not move."""
    person = behaviour.person

    known: tuple[Posture, list[float]] | None = None

    def read() -> list[float]:
        nonlocal known
        if known is None or known[0] is not person.posture:
            known = (person.posture, numbers(person.posture))
        return known[1]

    def numbers(posture: Posture) -> list[float]:
        hand, to = posture.hand or ("", (0.0, 0.0, 0.0))
        bends = (posture.lean, posture.sit, posture.slump, posture.tilt, posture.tilt_towards)
        return _fine(*posture.feet, posture.yaw, *bends, HANDS.index(hand), *to)

    def put(values: Sequence[float]) -> None:
        x, y, yaw, lean, sit, slump, tilt, towards, hand = values[:9]
        holds = (HANDS[int(hand)], _vector(values[9:])) if hand else None
        person.take(engine, Posture((x, y), yaw, lean, holds, sit, slump, tilt, towards), 1.0)

    return Track(tuple(f"{name}.{what}" for what in POSTURE), read, put)


def _limp(engine: Engine, name: str, behaviour: Behaviour) -> list[Track]:
    """Keep every body of a person whom the engine may move: those of a limp segment are not quite rigid."""
    person, found = behaviour.person, []
    for segment, part in person.segments.items():
        if segment == AID:
            found.append(_aid(engine, person, f"{name}.{segment}"))
            continue
        for number, body in enumerate(part.bodies, start=1):
            kept = _body(engine, f"{name}.{segment}_{number}", body)
            found.append(kept._replace(read=partial(_read_limp, person, part, kept.read)))
    return found


def _read_limp(person: Person, part: Segment, ask: Callable[[], Sequence[float]]) -> Sequence[float]:
    """Ask the engine only while it moves the body."""
    return ask() if person.limp else _fine(*part.pose[0], *part.pose[1])


def _aid(engine: Engine, person: Person, name: str) -> Track:
    part = person.segments[AID]

    def read() -> list[float]:
        return _fine(*part.pose[0], *part.pose[1])

    def put(values: Sequence[float]) -> None:
        part.place(engine, (_vector(values), _turn(values[3:])))

    return Track(tuple(f"{name}.{what}" for what in POSE), read, put)


def _vector(values: Sequence[float]) -> Vector:
    return (values[0], values[1], values[2])


def _turn(values: Sequence[float]) -> Quaternion:
    return (values[0], values[1], values[2], values[3])
