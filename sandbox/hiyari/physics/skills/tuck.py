"""Bringing an arm in before its robot drives, or after it touched something; shared by several skills.

An empty arm takes its posture of rest. What is held is kept as it is turned, so that a cup stays upright, and is
carried close in front of the robot.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import TYPE_CHECKING

from hiyari.physics.geometry import about_z, add, multiply, rotate, wrapped
from hiyari.physics.machines.kinematics import points
from hiyari.physics.refusal import Refusal

from .common import follow

if TYPE_CHECKING:
    from hiyari.physics.machines.machine import Machine
    from hiyari.physics.machines.manipulator import Manipulator
    from hiyari.physics.machines.path import JointPath
    from hiyari.physics.session import Session

CLOSE = (0.0, 0.1, 0.2)
"""Metres before the place of rest at which something is carried, the least that the arm can."""
LEVEL = 0.5
"""Largest vertical component of the way a tool points that counts as pointing ahead."""


def tuck(session: Session, machine: Machine, speed: float | None = None) -> Generator[None, None, None]:
    """Bring the arm in.

    Raises:
        Refusal: If it cannot get there, or is stopped on the way.
    """
    arm = machine.arm
    assert arm is not None
    arm.halted, arm.tracking.found = False, None
    path = path_in(arm, speed)
    if path is not None:
        yield from follow(session, machine, path)


def path_in(arm: Manipulator, speed: float | None = None) -> JointPath | None:
    """Return a path that brings the arm in; none when it is there.

    Raises:
        Refusal: If it cannot get there.
    """
    return arm.plan_joints(arm.arm.rest, speed) if arm.held is None else carried(arm, speed)


def carried(arm: Manipulator, speed: float | None) -> JointPath:
    """Return a path that brings what is held close in front of the robot without tilting it.

    Raises:
        Refusal: If the arm cannot do that.
    """
    base, yaw = arm.footing.origin
    turn, here = arm.motions[0].orientation, arm.place
    onward = rotate(turn, (0.0, 0.0, 1.0))
    if abs(onward[2]) < LEVEL or math.hypot(onward[0], onward[1]) > LEVEL:
        turn = multiply(about_z(wrapped(yaw - math.atan2(onward[1], onward[0]))), turn)
    x, y, z = (float(value) for value in points(arm.chain, arm.arm.rest)[-1])
    refused: Refusal | None = None
    for farther in CLOSE:
        goal = add(base, rotate(about_z(yaw), (x + farther, y, 0.0)))
        goal = (goal[0], goal[1], max(here[2], base[2] + z))
        try:
            return arm.plan([(goal, turn)], speed)
        except Refusal as refusal:
            refused = refusal
    assert refused is not None
    raise refused
