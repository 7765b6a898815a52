"""Bringing the tool to a place to touch it, and away again; shared by skills that operate things."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING

from hiyari.physics.geometry import Vector, add, rotate, scale
from hiyari.physics.machines.kinematics import ahead, downward, points
from hiyari.physics.machines.machine import Machine
from hiyari.physics.refusal import Refusal

from .common import follow, ready_arm, stopped
from .grasping import either_way
from .tuck import path_in

if TYPE_CHECKING:
    from hiyari.physics.machines.manipulator import Manipulator
    from hiyari.physics.machines.path import JointPath
    from hiyari.physics.session import Session

BACK = (0.14, 0.09)
"""Metres from which the tool approaches what it touches."""
SLANTS = (math.radians(35), math.radians(60))
"""Angles below level at which a tool comes when it cannot come level."""
GAP = 0.015
"""Metres between the tool centre point and what it touches."""


def approach(
    session: Session,
    machine: Machine,
    point: Vector,
    speed: float | None,
    *,
    gap: float = GAP,
    touching: str = "",
    until: Callable[[], bool] | None = None,
) -> Generator[None, None, list[Sequence[float]]]:
    """Bring the tool to a point, level from the robot's side if it can, else from above.

    Args:
        session: The episode.
        machine: The robot.
        point: Where to, metres.
        speed: m/s; the usual speed when none.
        gap: Metres that the tool stays before it.
        touching: Name of what may be touched.
        until: When the tool has come far enough, if that may be earlier.

    Returns:
        The joint positions on the way there, for ``retreat``.

    Raises:
        Refusal: If the point cannot be reached, or the robot is stopped on the way.
    """
    arm = ready_arm(session)
    if arm.held is None:
        arm.grip(0.0)
    (x, y, _), _ = machine.footing.origin
    yaw = math.atan2(point[1] - y, point[0] - x)
    refused: Refusal | None = None
    facing = [*(ahead(yaw, down) for down in (0.0, *SLANTS)), downward(yaw)]
    for back, turn in [(back, either_way(arm, turn)[0]) for back in BACK for turn in facing]:
        onward = rotate(turn, (0.0, 0.0, 1.0))
        there, before = add(point, scale(onward, -gap)), add(point, scale(onward, -back))
        try:
            path: JointPath = arm.plan([(before, turn), (there, turn)], speed, (touching,))
        except Refusal as refusal:
            refused = refusal
            continue
        if until is None:
            yield from follow(session, machine, path, presses=True)
        else:
            yield from _feel(machine, arm, path, until)
        return [*path.behind(), list(arm.target)]
    assert refused is not None
    raise refused


def _feel(
    machine: Machine, arm: Manipulator, path: JointPath, until: Callable[[], bool]
) -> Generator[None, None, None]:
    """Go along a path until something is felt.

    Raises:
        Refusal: If the robot was stopped on the way.
    """
    arm.path = path
    while arm.path is not None and not path.finished:
        yield
        if until():
            arm.path = None
            return
    if not path.finished:
        raise stopped(machine)
    arm.path = None


def retreat(
    session: Session, machine: Machine, way: Sequence[Sequence[float]], speed: float | None
) -> Generator[None, None, None]:
    """Bring the tool back by its last centimetres and then in; where that does not go, the way it came first."""
    arm = ready_arm(session)
    tips = [points(arm.chain, each)[-1] for each in way]
    last = max(number for number, tip in enumerate(tips) if number == 0 or math.dist(tip, tips[-1]) >= BACK[-1] - GAP)
    yield from follow(session, machine, arm.along(way[last:][::-1], speed), presses=True)
    try:
        path = path_in(arm, speed)
    except Refusal:
        yield from follow(session, machine, arm.along(way[: last + 1][::-1], speed))
        path = path_in(arm, speed)
    if path is not None:
        yield from follow(session, machine, path)


def touch_down(machine: Machine, arm: Manipulator, path: JointPath, body: int | None) -> Generator[None, None, None]:
    """Go down until the cup touches, at the latest to the end of the path.

    Raises:
        Refusal: If the robot was stopped on the way.
    """
    arm.path = path
    while arm.path is not None and not path.finished:
        yield
        if body is not None and arm.grips(body):
            break
    else:
        if not path.finished:
            raise stopped(machine)
    arm.path = None
