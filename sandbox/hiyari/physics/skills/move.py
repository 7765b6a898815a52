"""Skills that move the tool: move_to and stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hiyari.physics.machines.kinematics import downward

from .common import (
    NUMBER,
    SPEED,
    Accept,
    Answer,
    Skill,
    Steps,
    follow,
    inside,
    metres,
    ready,
    ready_arm,
    speed_of,
    text,
)

if TYPE_CHECKING:
    from hiyari.physics.session import Session


def _move_to(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    point = metres(arguments, ("x", "y", "z"))
    inside(session, point)
    machine, arm = ready(session), ready_arm(session)
    speed = speed_of(arguments, machine)
    path = arm.plan([(point, downward(0.0))], speed)
    accept(x=point[0], y=point[1], z=point[2], speed=path.speed)
    yield from follow(session, machine, path)
    x, y, z = arm.place
    told = text(f"手先は ({x:.3f}, {y:.3f}, {z:.3f}) m にあります。", f"The tool is at ({x:.3f}, {y:.3f}, {z:.3f}) m.")
    return Answer(session.say(told))


def _stop(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    accept()
    machine = session.machine()
    machine.halt()
    while machine.moving:
        yield
    return Answer(session.say(text("ロボットは止まっています。", "The robot stands still.")))


MOVE_TO = Skill(
    name="move_to",
    about=text(
        "アームの手先を下向きのまま直線で動かします。ワールド座標系、m。作業範囲 {low}〜{high}。",
        "Move the tool, pointing down, on a straight line to a point. World frame, m; workspace {low} to {high}.",
    ),
    properties={
        "x": (NUMBER, text("x 座標 m", "x, m")),
        "y": (NUMBER, text("y 座標 m", "y, m")),
        "z": (NUMBER, text("高さ m", "height, m")),
        "speed": SPEED,
    },
    required=("x", "y", "z"),
    run=_move_to,
    commands=True,
)

STOP = Skill(
    name="stop",
    about=text("アームの動作を止めます（通常停止）。", "Stop the arm's motion (an ordinary stop)."),
    properties={},
    required=(),
    run=_stop,
    commands=True,
)
