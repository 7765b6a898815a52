"""How a thing is taken: which way round the hand comes, which two faces the fingers meet, and the way out with it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hiyari.physics.geometry import Quaternion, Vector, about_z, add, multiply, rotate, scale, yaw_of
from hiyari.physics.machines.kinematics import ahead, downward, forward, pose
from hiyari.physics.machines.machine import Machine
from hiyari.physics.machines.manipulator import Manipulator
from hiyari.physics.refusal import Refusal
from hiyari.physics.scene.thing import Thing

ABOVE = 0.16
"""Metres above a part or a place at which the tool travels."""
OFF = 0.02
"""Metres a part is raised before it is drawn out level, as from a shelf."""
SLANTS = (35, 15, 50, 0)
"""Degrees below level from which a thing is taken from the side, the best first."""
SQUARE = 0.3
"""Difference of squared cosine and sine of a heading below which the two sides of a box are not told apart."""

Way = list[tuple[Vector, Quaternion]]


def easiest_first(arm: Manipulator, turns: Sequence[Quaternion]) -> list[Quaternion]:
    """Return turns of the tool by how far they are from that of rest: the wrist has room there."""
    _, yaw = arm.footing.origin
    rest = forward(arm.chain, arm.arm.rest)[0][:3, :3]

    def likeness(turn: Quaternion) -> float:
        local = pose((0.0, 0.0, 0.0), multiply(about_z(-yaw), turn))[:3, :3]
        return float((rest * local).sum())

    return sorted(turns, key=likeness, reverse=True)


def either_way(arm: Manipulator, turn: Quaternion) -> list[Quaternion]:
    """Return a turn of a hand with two fingers and the same turned half about itself, the easier first."""
    return easiest_first(arm, (turn, multiply(turn, about_z(math.pi))))


def sides(thing: Thing, low: Vector, high: Vector, yaw: float) -> tuple[float, float]:
    """Return the length and width of a thing in its own frame, metres, from the box around it at its heading."""
    if thing.box is not None:
        return thing.box[0], thing.box[1]
    x, y, c, s = high[0] - low[0], high[1] - low[1], abs(math.cos(yaw)), abs(math.sin(yaw))
    if thing.cylinder is not None or abs(c * c - s * s) < SQUARE:
        return x, y
    return (x * c - y * s) / (c * c - s * s), (y * c - x * s) / (c * c - s * s)


def heading(arm: Manipulator, orientation: Quaternion, length: float, width: float) -> float:
    """Return the heading of a tool from above whose fingers meet two faces that are near enough to each other."""
    _, base = arm.footing.origin
    widest = arm.arm.gripper.widest
    if max(length, width) <= widest:
        return grasp_yaw(orientation, base)
    return grasp_yaw(
        orientation if width <= length else multiply(orientation, about_z(math.pi / 2.0)), base, halves=True
    )


def grasp(machine: Machine, arm: Manipulator, thing: Vector, turn: Quaternion, *, side: bool) -> tuple[Way, Way]:
    """Return the way to a thing and the way out with it, from above or from the side.

    Args:
        machine: The robot.
        arm: Its arm.
        thing: Where the thing is, metres.
        turn: Of the tool when it comes from above.
        side: Whether it comes from the side.

    Raises:
        Refusal: If the arm cannot go any of them.
    """
    up = add(thing, (0.0, 0.0, ABOVE))
    if not side:
        return [*over(arm, thing, turn), (thing, turn)], [(up, turn)]
    refused: Refusal | None = None
    for facing in _from_the_side(machine, arm, thing):
        before = add(thing, scale(rotate(facing, (0.0, 0.0, 1.0)), -ABOVE))
        way = [*over(arm, before, facing), (before, facing), (thing, facing)]
        level = (before[0], before[1], thing[2] + OFF)
        for out in ([(up, facing)], [(add(thing, (0.0, 0.0, OFF)), facing), (level, facing)]):
            try:
                arm.plan([*way, *out], None)
            except Refusal as refusal:
                refused = refusal
                continue
            return way, out
    assert refused is not None
    raise refused


def over(arm: Manipulator, there: Vector, turn: Quaternion) -> Way:
    """Return the way up and across to above a point."""
    here = arm.place
    height = max(here[2], there[2] + ABOVE)
    ways = [((here[0], here[1], height), turn)] if height > here[2] + 0.01 else []
    return [*ways, ((there[0], there[1], height), turn)]


def held_heading(arm: Manipulator) -> float:
    """Return the heading of a tool that points down."""
    onward = rotate(arm.motions[0].orientation, (1.0, 0.0, 0.0))
    return math.atan2(onward[1], onward[0])


def _from_the_side(machine: Machine, arm: Manipulator, point: Vector) -> list[Quaternion]:
    """Return the turns of a tool that comes from the robot's side, the best first, either way round."""
    (x, y, _), _ = machine.footing.origin
    yaw = math.atan2(point[1] - y, point[0] - x)
    pairs = [either_way(arm, ahead(yaw, math.radians(down))) for down in SLANTS]
    return [pair[way] for way in (0, 1) for pair in pairs]


def down_at(arm: Manipulator, yaw: float) -> Quaternion:
    """Return the turn of a tool that points down at a heading, either way round, the easier."""
    return either_way(arm, downward(yaw))[0]


def grasp_yaw(orientation: Quaternion, near: float, *, halves: bool = False) -> float:
    """Return the yaw, nearest to another, at which the fingers meet two faces of a box: any two, or those beside it."""
    yaw = yaw_of(orientation)
    turns = [yaw + quarter * math.pi / 2.0 for quarter in (range(-4, 5, 2) if halves else range(-4, 5))]
    return min(turns, key=lambda turned: abs(turned - near))
