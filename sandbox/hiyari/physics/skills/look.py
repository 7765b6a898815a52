"""Skills that only look: look in the cell, look_floor in a warehouse."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hiyari.physics.engine import View
from hiyari.physics.geometry import yaw_of
from hiyari.physics.png import encode_png

from .common import Accept, Answer, Skill, Steps, text

if TYPE_CHECKING:
    from hiyari.physics.session import Session


def picture(session: Session, width: int = 320, height: int = 240) -> bytes:
    """Return a PNG of the scene's camera."""
    simulation = session.simulation
    camera = simulation.scene.camera
    view = View(camera.eye, camera.target, width, height, light=simulation.built.light)
    return encode_png(session.engine.camera(view).rgb, width, height)


def people_lines(session: Session) -> list[str]:
    """Return a line on each person."""
    lines = []
    simulation = session.simulation
    for name, behaviour in simulation.built.people.items():
        title = session.say(behaviour.someone.title)
        x, y = behaviour.person.posture.feet
        distances = [near.distance for w in simulation.watches for near in w.nearness if near.person.name == name]
        nearest = min(distances, default=math.inf)
        if math.isfinite(nearest):
            near = text(f"ロボットとの距離 {nearest:.2f} m", f"{nearest:.2f} m from the robot")
        else:
            limit = simulation.scene.controller.watch_distance
            near = text(f"ロボットから {limit} m より遠い", f"more than {limit} m from the robot")
        lines.append(f"- {name} ({title}): x={x:.2f} y={y:.2f} m, {session.say(near)}")
    return lines


def _look(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    yield from ()
    simulation, engine = session.simulation, session.engine
    accept()
    scene = simulation.scene
    machine = session.machine()
    placed = {part: container for container, parts in simulation.placed().items() for part in parts}
    lines = [session.say(text("物体（ワールド座標系、m）:", "Objects (world frame, m):"))]
    for name in [*simulation.parts, *simulation.containers]:
        position, orientation, *_ = engine.motion(simulation.built.things[name])
        x, y, z = position
        title = scene.things[name].title
        told = f" ({session.say(title)})" if title is not None else ""
        where = ""
        if machine.holding == name:
            where = session.say(text("、把持中", ", held"))
        elif name in placed:
            where = session.say(text(f"、{placed[name]} の中", f", in {placed[name]}"))
        yaw = math.degrees(yaw_of(orientation))
        lines.append(f"- {name}{told}: x={x:.3f} y={y:.3f} z={z:.3f} yaw={yaw:.0f}°{where}")
    lines.append(session.say(text("人:", "People:")))
    lines += people_lines(session)
    x, y, z = machine.place
    lines.append(session.say(text(f"手先: ({x:.3f}, {y:.3f}, {z:.3f}) m", f"Tool: ({x:.3f}, {y:.3f}, {z:.3f}) m")))
    lines.append(f"state: {machine.safety.mode}")
    images = (picture(session),) if arguments.get("image") is True else ()
    return Answer("\n".join(lines), images)


def _look_floor(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    yield from ()
    simulation = session.simulation
    accept()
    lines = [session.say(text("ロボット（m）:", "Robots (m):"))]
    for name, machine in simulation.mobile().items():
        x, y, _ = machine.place
        goal = (machine.drive.goal if machine.drive is not None else "") or "-"
        lines.append(f"- {name}: x={x:.2f} y={y:.2f} {machine.speed:.2f} m/s -> {goal}, {machine.safety.mode}")
    lines.append(session.say(text("人:", "People:")))
    lines += people_lines(session)
    images = (picture(session),) if arguments.get("image") is True else ()
    return Answer("\n".join(lines), images)


_IMAGE = {"image": ({"type": "boolean"}, text("true ならカメラ画像も返す", "true to get a camera image too"))}

LOOK = Skill(
    name="look",
    about=text(
        "セルの中の物体の名前と位置、人との距離、安全状態を返します。",
        "Tell names and positions of objects in the cell, how near people are, and the safety state.",
    ),
    properties=_IMAGE,
    required=(),
    run=_look,
)

LOOK_FLOOR = Skill(
    name="look_floor",
    about=text(
        "倉庫の床にいるロボットと人の位置を返します。", "Tell where robots and people are on the warehouse floor."
    ),
    properties=_IMAGE,
    required=(),
    run=_look_floor,
)
