"""Skills that handle parts: pick and place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hiyari.physics.geometry import (
    Quaternion,
    Vector,
    about_z,
    add,
    conjugate,
    distance,
    rotate,
    scale,
    subtract,
    yaw_of,
)
from hiyari.physics.machines.kinematics import downward
from hiyari.physics.machines.machine import Machine
from hiyari.physics.machines.manipulator import Manipulator
from hiyari.physics.perception.detection import Reported
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
    metres,
    named,
    pause,
    ready,
    ready_arm,
    speed_of,
    text,
)
from .grasping import ABOVE, down_at, grasp, grasp_yaw, heading, held_heading, over, sides
from .seeing import where_told
from .touch import touch_down

if TYPE_CHECKING:
    from hiyari.physics.session import Session

DROP = 0.006
"""Metres above the ground at which a part is let go."""
APART = 0.062
"""Metres between places in a container."""
PRESSES = 0.012
"""Metres that a suction cup goes on below the top of a thing, as long as it does not touch it."""
TOUCHES = 0.1
"""m/s at which a suction cup comes down onto a thing."""


def _pick(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    simulation = session.simulation
    told = where_told(session, text("部品", "part"), arguments.get("object"), simulation.present())
    name, position = told.name, told.position
    body = simulation.built.things[told.truth] if told.truth in simulation.present() else None
    machine, arm = ready(session), ready_arm(session)
    speed = speed_of(arguments, machine)
    if arm.held is not None:
        raise Refusal(
            f"すでに {arm.held.name} を持っています。先に place してください。",
            f"The gripper holds {arm.held.name} already; place it first.",
        )
    inside(session, position)
    size = (0.0, 0.0)
    if body is not None:
        size = _fitting(session, told, body, machine, arm)
    side = told.truth in simulation.scene.things and simulation.scene.things[told.truth].grasp == "side"
    facing = down_at(arm, heading(arm, about_z(told.yaw), *size))
    sucks = arm.arm.gripper.kind == "suction"
    if sucks and body is not None:
        low, high = session.engine.bounds(body, -1)
        position = add(position, (0.0, 0.0, (high[2] - low[2]) / 2.0 - PRESSES))
    way, out = grasp(machine, arm, position, facing, side=side)
    arm.plan(way, speed)
    path = arm.plan(way[:-1] if sucks else way, speed)
    accept(object=name, speed=path.speed)
    arm.grip(0.0 if sucks else arm.arm.gripper.open)
    yield from follow(session, machine, path)
    if sucks:
        yield from touch_down(machine, arm, arm.plan(way[-1:], min(speed or arm.pace, TOUCHES)), body)
    arm.grip(0.0)
    yield from pause(session, 0.25)
    for _ in range(50):
        if body is not None and arm.grips(body):
            break
        yield
    if body is None or not arm.grips(body):
        arm.grip(arm.arm.gripper.open)
        raise Refusal(
            f"{name} をつかめませんでした。look で位置を確かめてください。", f"{name} was not grasped; look again."
        )
    arm.take(told.truth, body, simulation.scene.things[told.truth].mass)
    yield from follow(session, machine, arm.plan(out, speed))
    _refuse_lost(arm, name)
    return Answer(session.say(text(f"{name} を持ち上げました。", f"Picked up {name}.")))


def _refuse_lost(arm: Manipulator, name: str) -> None:
    """Refuse to go on when the gripper is empty.

    Raises:
        Refusal: If it is.
    """
    if arm.held is None:
        raise Refusal(
            f"{name} はグリッパーから抜け落ちました。look で位置を確かめてください。",
            f"{name} slipped out of the gripper; look where it is.",
        )


def _fitting(session: Session, told: Reported, body: int, machine: Machine, arm: Manipulator) -> tuple[float, float]:
    """Return the length and width, metres, of a part that the gripper can hold.

    Raises:
        Refusal: If it is too wide or too heavy.
    """
    name = told.name
    yaw = yaw_of(session.engine.motion(body).orientation)
    size = sides(session.simulation.scene.things[told.truth], *session.engine.bounds(body, -1), yaw)
    widest = min(size)
    if widest > arm.arm.gripper.widest:
        raise Refusal(
            f"{name} は幅 {widest:.3f} m で、グリッパー（{arm.arm.gripper.widest} m）に入りません。",
            f"{name} is {widest:.3f} m wide; the gripper takes {arm.arm.gripper.widest} m.",
        )
    mass, limit = session.simulation.scene.things[told.truth].mass, machine.robot.limits.payload
    if mass > limit:
        raise Refusal(
            f"{name} は {mass} kg で、可搬質量 {limit} kg を超えます。",
            f"{name} weighs {mass} kg; the payload limit is {limit} kg.",
        )
    return size


def _place(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    simulation, engine = session.simulation, session.engine
    machine, arm = ready(session), ready_arm(session)
    speed = speed_of(arguments, machine)
    held = arm.held
    if held is None:
        raise Refusal("何も持っていません。先に pick してください。", "The gripper holds nothing; pick a part first.")
    low, _ = engine.bounds(held.body, -1)
    below = engine.motion(held.body).position[2] - low[2]
    target = arguments.get("target")
    if target is not None:
        name = named(text("容器", "container"), target, simulation.containers)
        spot, yaw = _free_spot(session, name, held.name)
        where = {"target": name}
    else:
        spot, yaw = metres(arguments, ("x", "y", "z")), held_heading(arm)
        spot = (spot[0], spot[1], spot[2] - below)
        where = {}
    goal = add(spot, (0.0, 0.0, below + DROP))
    side = simulation.scene.things[held.name].grasp == "side"
    turn = arm.motions[0].orientation if side else downward(yaw)
    tool = tool_for(arm, goal, turn)
    inside(session, tool)
    path = arm.plan([*over(arm, tool, turn), (tool, turn)], speed, where.values())
    accept(**where, x=goal[0], y=goal[1], z=goal[2], speed=path.speed)
    yield from follow(session, machine, path)
    _refuse_lost(arm, held.name)
    arm.release()
    yield from pause(session, 0.3)
    back = add(tool, scale(rotate(turn, (0.0, 0.0, 1.0)), -ABOVE))
    yield from follow(session, machine, arm.plan([(back, turn)], speed, where.values()))
    x, y, z = engine.motion(held.body).position
    told = text(
        f"{held.name} を ({x:.3f}, {y:.3f}, {z:.3f}) m に置きました。",
        f"Placed {held.name} at ({x:.3f}, {y:.3f}, {z:.3f}) m.",
    )
    return Answer(session.say(told))


def tool_for(arm: Manipulator, goal: Vector, turn: Quaternion) -> Vector:
    """Return where the tool must be, turned so, for what it holds to have its middle at a goal."""
    assert arm.held is not None
    tool, thing = arm.motions[0], arm.engine.motion(arm.held.body)
    offset = rotate(conjugate(tool.orientation), subtract(thing.position, tool.position))
    return subtract(goal, rotate(turn, offset))


def _free_spot(session: Session, container: str, part: str) -> tuple[Vector, float]:
    simulation, engine = session.simulation, session.engine
    thing = simulation.scene.things[container]
    assert thing.holds is not None
    centre, orientation, *_ = engine.motion(simulation.built.things[container])
    yaw, (_, base) = yaw_of(orientation), session.machine().footing.origin
    taken = [engine.motion(simulation.built.things[other]).position for other in simulation.parts if other != part]
    counts = [max(1, math.floor(size / APART)) for size in thing.holds]
    spots = [
        (APART * (column - (counts[0] - 1) / 2), APART * (line - (counts[1] - 1) / 2))
        for line in range(counts[1])
        for column in range(counts[0])
    ]
    for along, across in spots:
        spot = add(centre, rotate(about_z(yaw), (along, across, thing.floor)))
        if all(distance((*spot[:2], 0.0), (*other[:2], 0.0)) >= APART - 0.012 for other in taken):
            return spot, grasp_yaw(orientation, base)
    raise Refusal(f"{container} に空きがありません。", f"{container} is full.")


PICK = Skill(
    name="pick",
    about=text(
        "部品をグリッパーでつかんで持ち上げます。部品名は look で分かります。",
        "Grasp a part with the gripper and lift it; look tells the names of parts.",
    ),
    properties={"object": ({"type": "string"}, text("部品名", "name of the part")), "speed": SPEED},
    required=("object",),
    run=_pick,
    commands=True,
)

PLACE = Skill(
    name="place",
    about=text(
        "持っている部品を置きます。容器名 target か、部品の中心 x, y, z（ワールド座標系、m）を指定します。",
        "Put the held part down: into a container by name (target), or with its centre at x, y, z (world frame, m).",
    ),
    properties={
        "target": ({"type": "string"}, text("容器名", "name of the container")),
        "x": (NUMBER, text("x 座標 m", "x, m")),
        "y": (NUMBER, text("y 座標 m", "y, m")),
        "z": (NUMBER, text("高さ m", "height, m")),
        "speed": SPEED,
    },
    required=(),
    run=_place,
    commands=True,
)
