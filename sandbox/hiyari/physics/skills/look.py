"""The skill look: objects, people and robots as the robot perceives them, and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hiyari.events import Json, PictureReported
from hiyari.physics.engine import View
from hiyari.physics.perception.checks import OVERVIEW
from hiyari.physics.perception.pictures import classes_png, colour_png, depth_png, depth_preview, palette_of
from hiyari.physics.png import encode_png

from .common import Accept, Answer, Skill, Steps, named, text
from .seeing import CAMERA, as_it_is, chosen, look_with, object_lines, people_lines

if TYPE_CHECKING:
    from hiyari.physics.session import Session

IMAGES = ("rgb", "depth", "segmentation")


def picture(session: Session, width: int = 320, height: int = 240) -> bytes:
    """Return a PNG of the scene's own camera, for people who want to see the scene."""
    simulation = session.simulation
    camera = simulation.scene.camera
    for panel in simulation.built.senses.panels:
        panel.follow(session.engine)
    view = View(camera.eye, camera.target, width, height, camera.field_of_view, simulation.built.light)
    return encode_png(session.engine.camera(view).rgb, width, height)


def _look(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    yield from ()
    simulation = session.simulation
    image = arguments.get("image")
    kind = None if image is None else named(text("画像の種類", "kind of image"), image, IMAGES)
    finder = chosen(session, arguments)
    eyes = simulation.built.senses.eyes
    usual = OVERVIEW if finder is None else finder.detector.camera
    camera = named(CAMERA, arguments.get("camera", usual), list(eyes))
    accept()
    if finder is None:
        found, stamp = as_it_is(session), ""
    else:
        found, taken = look_with(session, finder)
        stamp = session.say(
            text(f"、{finder.name} の {taken:.2f} s の検出", f"; {finder.name}, taken at {taken:.2f} s")
        )
    lines = []
    objects = object_lines(session, found)
    if objects or simulation.parts or finder is not None:
        lines.append(session.say(text(f"物体（ワールド座標系、m{stamp}）:", f"Objects (world frame, m{stamp}):")))
        lines += objects
    lines += _robots(session)
    people = people_lines(session, found, measured=finder is None)
    if finder is not None or people:
        lines.append(session.say(text("人:", "People:")))
        lines += people
    lines += _own(session)
    if finder is not None:
        lines.append(session.say(text(f"現在時刻: {simulation.time:.2f} s", f"Time now: {simulation.time:.2f} s")))
    if kind is None:
        return Answer("\n".join(lines))
    seen, images = taken_by(session, camera, kind)
    return Answer("\n".join([*lines, seen]), images)


def _robots(session: Session) -> list[str]:
    mobile = session.simulation.mobile()
    if not mobile:
        return []
    lines = [session.say(text("ロボット（m）:", "Robots (m):"))]
    for name, machine in mobile.items():
        x, y, _ = machine.place
        goal = (machine.drive.goal if machine.drive is not None else "") or "-"
        lines.append(f"- {name}: x={x:.2f} y={y:.2f} {machine.speed:.2f} m/s -> {goal}, {machine.safety.mode}")
    return lines


def _own(session: Session) -> list[str]:
    machine = session.simulation.built.machines.get(session.stage.scene.operates)
    if machine is None:
        return []
    x, y, z = machine.place
    what = text("手先", "Tool") if machine.drive is None else text("自分", "Myself")
    return [f"{session.say(what)}: ({x:.3f}, {y:.3f}, {z:.3f}) m", f"state: {machine.safety.mode}"]


def taken_by(session: Session, camera: str, kind: str) -> tuple[str, tuple[bytes, ...]]:
    """Return what a camera's picture is called, and it as PNGs, and record that it was given.

    Raises:
        Refusal: If the camera is lost.
    """
    simulation = session.simulation
    senses = simulation.built.senses
    eye = senses.eyes[camera]
    shot, taken = eye.receive(simulation.time)
    fault = eye.line.fault
    simulation.tell(
        PictureReported(
            camera=camera,
            image=kind,
            age=simulation.time - taken,
            fault="" if fault is None else fault.kind,
        )
    )
    told = text(f"画像: {camera}、{taken:.2f} s", f"Image: {camera}, taken at {taken:.2f} s")
    if kind == "rgb":
        return session.say(told), (colour_png(shot, eye.camera.width, eye.camera.height),)
    if kind == "depth":
        preview, near, far = depth_preview(shot)
        scale = text(
            f"。1枚目は 16 bit、単位 mm。2枚目の色は赤 {near:.2f} m から青 {far:.2f} m",
            f". First: 16 bit, mm. Second, in colours: red {near:.2f} m to blue {far:.2f} m",
        )
        return session.say(told) + session.say(scale), (depth_png(shot), preview)
    known = tuple(name for finder in senses.finders.values() for name in finder.detector.classes)
    classes = senses.classes(known)
    palette = palette_of([*classes.values()])
    legend = ", ".join(f"{name} #{r:02x}{g:02x}{b:02x}" for name, (r, g, b) in palette.items())
    return f"{session.say(told)}: {legend}", (classes_png(shot, classes, palette),)


TEXT: dict[str, Json] = {"type": "string"}

LOOKING = {
    "camera": (TEXT, text("カメラ名: {cameras}", "name of a camera: {cameras}")),
    "sensor": (TEXT, text("検出器の名前（省略時は最初のもの）", "name of a detector (default: the first)")),
}

LOOK = Skill(
    name="look",
    about=text(
        "見える物体の名前と位置、人、ロボットの位置と安全状態を返します。",
        "Tell names and positions of objects, people and robots that are seen, and the safety state.",
    ),
    properties={
        "image": (
            {"type": "string", "enum": list(IMAGES)},
            text(
                "画像も返す: rgb、depth（mm）、segmentation（クラス）",
                "get an image too: rgb, depth (mm) or segmentation (classes)",
            ),
        ),
        **LOOKING,
    },
    required=(),
    run=_look,
)
