"""How each deed of a scene begins: the act it becomes, or why it cannot be done now."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hiyari.physics.chance import drawn
from hiyari.physics.people.model import (
    Enter,
    Fall,
    Flee,
    Follow,
    Reach,
    Sit,
    Slump,
    Stand,
    StandUp,
    WalkPath,
)
from hiyari.physics.people.person import Person
from hiyari.physics.people.posture import Posture
from hiyari.physics.people.surroundings import Surroundings

from .act import Act, Impossible, Rest, resting
from .bending import Reaching, Shift
from .walking import After, Along

TOWARDS = {"forward": 0.0, "left": math.pi / 2.0, "backward": math.pi, "right": -math.pi / 2.0}
FALL_SECONDS = 0.9
"""A fall as a rod about the feet ends with its tip at 3 pi H / 4 / 0.9 s, 5.9 m/s at 1.70 m; sqrt(2 g H) is 5.8 m/s."""
SINK_SECONDS = 2.0
"""Seconds in which somebody standing sinks to the floor; an approximation."""


def begin(deed: Any, person: Person, posture: Posture, time: float, around: Surroundings, turn: int) -> Act:
    """Return the act that a deed becomes.

    Args:
        deed: The deed, one of ``people.model``.
        person: Who does it.
        posture: The person's posture now.
        time: Simulated seconds.
        around: What the person sees.
        turn: How many deeds the person has begun before, for draws by seed.

    Raises:
        Impossible: If the person cannot do this now.
    """
    if posture.tilt and not isinstance(deed, Stand):
        raise Impossible(f"{person.name} lies on the floor")
    if person.rigid and isinstance(deed, Reach | Sit | StandUp | Slump | Fall):
        raise Impossible(f"{person.name} walks as one rigid body")
    return _BEGINNINGS[type(deed)](deed, person, posture, time, around, turn)


def _stand(deed: Stand, person: Person, posture: Posture, time: float, around: Surroundings, turn: int) -> Act:
    still = replace(posture, hand=None, lean=0.0)
    return Rest(still, resting(still))


def _walk(deed: WalkPath, person: Person, posture: Posture, time: float, around: Surroundings, turn: int) -> Act:
    return Along(_on_foot(person, posture), deed.path, deed.speed or person.skeleton.kind.speed, time)


def _enter(deed: Enter, person: Person, posture: Posture, time: float, around: Surroundings, turn: int) -> Act:
    zone = around.zones[deed.zone]
    draw = drawn(around.seed, "enter", person.name, str(turn))
    spot = (draw.uniform(zone.low[0], zone.high[0]), draw.uniform(zone.low[1], zone.high[1]))
    return Along(_on_foot(person, posture), (spot,), deed.speed or person.skeleton.kind.speed, time)


def _reach(deed: Reach, person: Person, posture: Posture, time: float, around: Surroundings, turn: int) -> Act:
    if person.worn.carries != "none":
        raise Impossible(f"{person.name} has no hand free to reach")
    lean = person.skeleton.lean_for(posture, deed.hand, deed.target)
    if lean is None:
        raise Impossible(f"{person.name} cannot reach {deed.target} from there")
    return Reaching(person.skeleton, posture, time, deed.move, deed.stay, deed.hand, deed.target, lean)


def _sit(deed: Sit, person: Person, posture: Posture, time: float, around: Surroundings, turn: int) -> Act:
    return Shift(posture, replace(posture, hand=None, lean=0.0, sit=1.0, slump=0.0), time, deed.seconds)


def _stand_up(deed: StandUp, person: Person, posture: Posture, time: float, around: Surroundings, turn: int) -> Act:
    if person.skeleton.kind.sits:
        raise Impossible(f"{person.name} does not stand up from the wheelchair")
    return Shift(posture, replace(posture, hand=None, lean=0.0, sit=0.0, slump=0.0), time, deed.seconds)


def _slump(deed: Slump, person: Person, posture: Posture, time: float, around: Surroundings, turn: int) -> Act:
    if posture.sit > 0.5:
        return Shift(posture, replace(posture, hand=None, lean=0.0, slump=1.0), time, deed.seconds)
    return _over(posture, 0.0, time, SINK_SECONDS)


def _fall(deed: Fall, person: Person, posture: Posture, time: float, around: Surroundings, turn: int) -> Act:
    return _over(posture, TOWARDS[deed.towards], time, FALL_SECONDS)


def _over(posture: Posture, towards: float, time: float, seconds: float) -> Act:
    lies = replace(posture, hand=None, lean=0.0, sit=0.0, tilt=math.pi / 2.0, tilt_towards=towards)
    return Shift(replace(posture, hand=None), lies, time, seconds, falls=True)


def _follow(deed: Follow, person: Person, posture: Posture, time: float, around: Surroundings, turn: int) -> Act:
    return After(_on_foot(person, posture), deed.whom, deed.speed or person.skeleton.kind.speed, deed.gap)


def _flee(deed: Flee, person: Person, posture: Posture, time: float, around: Surroundings, turn: int) -> Act:
    speed = deed.speed or 1.5 * person.skeleton.kind.speed
    return After(_on_foot(person, posture), deed.whom, speed, until=deed.until)


def _on_foot(person: Person, posture: Posture) -> Posture:
    if posture.sit > 0.5 and not person.skeleton.kind.sits:
        raise Impossible(f"{person.name} sits")
    return replace(posture, hand=None, lean=0.0)


_BEGINNINGS: dict[type, Callable[[Any, Person, Posture, float, Surroundings, int], Act]] = {
    Stand: _stand,
    WalkPath: _walk,
    Enter: _enter,
    Reach: _reach,
    Sit: _sit,
    StandUp: _stand_up,
    Slump: _slump,
    Fall: _fall,
    Follow: _follow,
    Flee: _flee,
}
