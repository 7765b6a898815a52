"""The skill pour: what the arm holds is tilted over a vessel, its lip above the opening, until enough has run out."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hiyari.physics.geometry import Quaternion, Vector, about_axis, add, cross, multiply, rotate, scale, subtract, unit
from hiyari.physics.machines.machine import Machine
from hiyari.physics.objects import ObjectState
from hiyari.physics.refusal import Refusal
from hiyari.physics.scene.thing import Vessel

from .common import (
    NUMBER,
    SPEED,
    Accept,
    Answer,
    Skill,
    Steps,
    follow,
    named,
    number,
    pause,
    ready,
    ready_arm,
    speed_of,
    text,
)
from .handle import tool_for

if TYPE_CHECKING:
    from hiyari.physics.machines.manipulator import Manipulator
    from hiyari.physics.session import Session

STEP = math.radians(6.0)
"""Tilt added at a time."""
MOST = math.radians(135.0)
"""Largest tilt."""
FLOWS = 0.25
"""Seconds it is let flow at each tilt."""
CLEAR = 0.04
"""Metres from the lip down to the opening it pours into."""
AHEAD = 0.015
"""Metres the lip stays short of the middle of the opening: the stream goes on."""
HIGH = 0.12
"""Metres above the place of pouring at which it comes and goes."""
UP: Vector = (0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Tilting:
    """How a vessel is held over another and tilted about a level axis."""

    arm: Manipulator
    vessel: Vessel
    opening: Vector
    """Middle of the opening that is poured into."""
    upright: Quaternion
    """Turn of the tool while the vessel stands upright."""
    axis: Vector
    """What it is tilted about."""

    def pose(self, tilt: float, lift: float = 0.0) -> tuple[Vector, Quaternion]:
        """Return the pose of the tool at a tilt: the lip over the opening, all of the vessel above it."""
        ahead = cross(self.axis, UP)
        standing = add(scale(UP, math.cos(tilt)), scale(ahead, math.sin(tilt)))
        down = subtract(scale(ahead, math.cos(tilt)), scale(UP, math.sin(tilt)))
        lip = add(scale(standing, self.vessel.rim), scale(down, self.vessel.opening))
        bottom = self.vessel.rim * math.cos(tilt) + self.vessel.opening * math.sin(tilt)
        height = CLEAR + lift + max(0.0, lip[2] + bottom)
        where = add(self.opening, subtract(scale(UP, height), scale(ahead, AHEAD)))
        turn = multiply(about_axis(self.axis, tilt), self.upright)
        return tool_for(self.arm, subtract(where, lip), turn), turn


def _pour(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    simulation = session.simulation
    machine, arm = ready(session), ready_arm(session)
    speed = speed_of(arguments, machine)
    if arm.held is None:
        raise Refusal("何も持っていません。先に pick してください。", "The gripper holds nothing; pick a vessel first.")
    source = simulation.built.objects[arm.held.name]
    if source.thing.vessel is None:
        raise Refusal(f"{source.name} は液体の容器ではありません。", f"{source.name} is no vessel of a liquid.")
    vessels = [n for n, each in simulation.built.objects.items() if each.thing.vessel is not None and n != source.name]
    into = simulation.built.objects[named(text("注ぐ先の容器", "vessel to pour into"), arguments.get("into"), vessels)]
    share = number(arguments, "share", "1", most=1.0, default=1.0)
    before = _full(source)
    if before <= 0.0:
        raise Refusal(f"{source.name} は空です。", f"{source.name} is empty.")
    tilting = _tilting(arm, source.thing.vessel, into)
    accept(into=into.name, share=share)
    here = arm.place
    over, turn = tilting.pose(0.0, HIGH)
    high = (here[0], here[1], max(here[2], over[2]))
    yield from follow(session, machine, arm.plan([(high, arm.motions[0].orientation), (over, turn)], speed))
    yield from _run_out(session, machine, tilting, source, max(0.0, before - share), speed)
    poured = before - _full(source)
    told = text(
        f"{source.name} の容量の {poured:.0%} を注ぎ、{into.name} は {_full(into):.0%} 入っています。",
        f"Poured {poured:.0%} of what {source.name} holds; {into.name} is {_full(into):.0%} full.",
    )
    return Answer(session.say(told))


def _run_out(
    session: Session, machine: Machine, tilting: Tilting, source: ObjectState, leave: float, speed: float | None
) -> Generator[None, None, None]:
    """Tilt step by step until no more than a share is left, then stand it up again."""
    arm, tilt = tilting.arm, 0.0
    while tilt < MOST and _full(source) > leave + 0.01:
        tilt += STEP
        yield from follow(session, machine, arm.plan([tilting.pose(tilt)], speed), presses=True)
        yield from pause(session, FLOWS)
    yield from follow(session, machine, arm.plan([tilting.pose(0.0), tilting.pose(0.0, HIGH)], speed), presses=True)


def _tilting(arm: Manipulator, vessel: Vessel, into: ObjectState) -> Tilting:
    """Return the way of tilting that the arm can do: about the way the tool points, else across it.

    Raises:
        Refusal: If the arm can do none.
    """
    assert into.thing.vessel is not None
    opening = add(into.motion.position, (0.0, 0.0, into.thing.vessel.rim))
    upright = arm.motions[0].orientation
    ahead = rotate(upright, UP)
    onward = unit((ahead[0], ahead[1], 0.0), (1.0, 0.0, 0.0))
    level = [onward, cross(UP, onward)]
    refused: Refusal | None = None
    for axis in [each for one in level for each in (one, scale(one, -1.0))]:
        tilting = Tilting(arm, vessel, opening, upright, axis)
        try:
            arm.plan([tilting.pose(0.0, HIGH), *(tilting.pose(part * MOST / 3.0) for part in (0, 1, 2))], None)
        except Refusal as refusal:
            refused = refusal
            continue
        return tilting
    assert refused is not None
    raise refused


def _full(state: ObjectState) -> float:
    return float(state.values["full"])


POUR = Skill(
    name="pour",
    about=text(
        "持っている容器を傾けて、別の容器へ液体を注ぎます。share は容器の容量のうち注ぐ割合（0〜1、省略時は全部）。",
        "Tilt the vessel that is held over another one; share is how much of its volume to pour, 0 to 1 (default all).",
    ),
    properties={
        "into": ({"type": "string"}, text("注ぐ先の容器名", "name of the vessel to pour into")),
        "share": (NUMBER, text("割合 0〜1", "share, 0 to 1")),
        "speed": SPEED,
    },
    required=("into",),
    run=_pour,
    commands=True,
)
