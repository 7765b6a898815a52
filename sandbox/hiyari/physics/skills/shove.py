"""The skill push: the closed gripper goes down behind a thing and moves it along."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hiyari.physics.geometry import add
from hiyari.physics.machines.kinematics import downward
from hiyari.physics.refusal import Refusal

from .common import (
    NUMBER,
    SPEED,
    Accept,
    Answer,
    Skill,
    Steps,
    follow,
    inside,
    named,
    number,
    pause,
    ready,
    ready_arm,
    speed_of,
    text,
)

if TYPE_CHECKING:
    from hiyari.physics.session import Session

BEHIND = 0.05
"""Metres behind a thing at which the gripper goes down."""
ABOVE = 0.18
"""Metres above at which it travels."""
FARTHEST = 0.6
"""Metres of one push."""


def _push(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    simulation, engine = session.simulation, session.engine
    name = named(text("物体", "object"), arguments.get("object"), simulation.present())
    dx = number(arguments, "dx", "m", most=FARTHEST)
    dy = number(arguments, "dy", "m", most=FARTHEST)
    far = math.hypot(dx, dy)
    if far < 0.01:
        raise Refusal("dx, dy で 1 cm 以上の移動を指定してください。", "Give a way of at least 1 cm by dx and dy.")
    machine, arm = ready(session), ready_arm(session)
    speed = speed_of(arguments, machine)
    if arm.held is not None:
        raise Refusal(f"{arm.held.name} を持っています。", f"The gripper holds {arm.held.name}; place it first.")
    body = simulation.built.things[name]
    low, high = engine.bounds(body, -1)
    x, y, _ = engine.motion(body).position
    away = (dx / far, dy / far)
    half = abs(away[0]) * (high[0] - low[0]) / 2.0 + abs(away[1]) * (high[1] - low[1]) / 2.0
    back = half + BEHIND
    height = low[2] + min(0.03, (high[2] - low[2]) / 2.0)
    begin = (x - away[0] * back, y - away[1] * back, height)
    end = add(begin, (dx + away[0] * (BEHIND - 0.012), dy + away[1] * (BEHIND - 0.012), 0.0))
    for point in (begin, end):
        inside(session, point)
    turn = downward(math.atan2(dy, dx))
    over = (begin[0], begin[1], height + ABOVE)
    here = arm.place
    up = (here[0], here[1], max(here[2], over[2]))
    arm.grip(0.0)
    path = arm.plan([(up, turn), (over, turn), (begin, turn), (end, turn)], speed)
    accept(object=name, dx=dx, dy=dy)
    yield from follow(session, machine, path, presses=True)
    yield from pause(session, 0.1)
    yield from follow(session, machine, arm.plan([((end[0], end[1], height + ABOVE), turn)], speed))
    now = engine.motion(body).position
    told = text(
        f"{name} は ({now[0]:.3f}, {now[1]:.3f}, {now[2]:.3f}) m にあります。",
        f"{name} is at ({now[0]:.3f}, {now[1]:.3f}, {now[2]:.3f}) m.",
    )
    return Answer(session.say(told))


PUSH = Skill(
    name="push",
    about=text(
        "閉じたグリッパーで物体を水平に押します。dx, dy は押す向きと距離（m、ワールド座標系）。",
        "Push a thing level with the closed gripper; dx and dy are the way to push it (m, world frame).",
    ),
    properties={
        "object": ({"type": "string"}, text("物体名", "name of the thing")),
        "dx": (NUMBER, text("x 方向 m", "along x, m")),
        "dy": (NUMBER, text("y 方向 m", "along y, m")),
        "speed": SPEED,
    },
    required=("object", "dx", "dy"),
    run=_push,
    commands=True,
)
