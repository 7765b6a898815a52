"""Stills: a scene after some seconds, a robot on a plain floor, all kinds of people side by side."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from math import atan, degrees, radians, sin, tan
from pathlib import Path

from PIL import Image

from hiyari.errors import ContentError
from hiyari.events import LocalText
from hiyari.physics.engine import Engine, Parameters
from hiyari.physics.geometry import Vector, add, length, scale, subtract, unit
from hiyari.physics.machines.model import load_robot
from hiyari.physics.people.lineup import line_up
from hiyari.physics.people.palette import PALETTE
from hiyari.physics.scene.model import Scene
from hiyari.physics.scene.stage import Stage
from hiyari.physics.session import Session
from hiyari.scenario.model import Operator

from .regions import paint_regions, regions_of, with_legend
from .shooting import shoot, shoot_world, unwritable, view_in
from .sizes import Size
from .zones import draw_zones

LONGEST = 600.0
"""Seconds that may be simulated before a picture is taken."""
FROM: Vector = (0.75, -1.0, 0.55)
"""Direction from a robot to who looks at it."""
PLAIN = {
    "name": "plain",
    "title": {"ja": "床", "en": "Plain floor"},
    "about": {"ja": "何もない床。", "en": "A plain floor."},
    "rates": {"step": 250, "control": 50, "rows": 25, "blocks": 10},
    "skills": [],
    "things": {"plain_floor": {"box": [10, 10, 0.1], "position": [0, 0, -0.05], "colour": [0.78, 0.79, 0.81, 1]}},
    "camera": {"eye": [2, -2, 1.5], "target": [0, 0, 0.5]},
}
"""A scene for a robot alone."""


@dataclass(frozen=True)
class Wanted:
    """How a still is taken."""

    size: Size
    at: float = 0.0
    """Seconds to simulate first."""
    seed: int = 1
    camera: str = ""
    """Name of the camera; the scene's own when empty."""
    zones: bool = False
    """Whether zones are drawn."""
    regions: bool = False
    """Whether people are painted by body region, with a legend."""
    language: str = "en"


def scene_still(
    engine: Engine, stage: Stage, wanted: Wanted, requests: tuple[dict[str, object], ...] = ()
) -> Image.Image:
    """Return a picture of a scene.

    Args:
        engine: An empty engine.
        stage: The scene.
        wanted: How it is taken.
        requests: What a fleet is asked at the start, as ``Session.serve``.

    Raises:
        ContentError: If there is no such camera, or the scene is wrong.
    """
    session = Session(paint_regions(stage) if wanted.regions else stage, engine, Operator(), wanted.language)
    session.reset(wanted.seed)
    built = session.simulation.built
    view_in(built, wanted.camera, wanted.size)
    for request in requests:
        for _ in session.serve(request):
            pass
    _let_pass(session, wanted.at)
    shot = shoot(engine, built, view_in(built, wanted.camera, wanted.size), wanted.size.samples)
    image = draw_zones(shot, stage.scene.zones, wanted.language) if wanted.zones else shot.image
    if wanted.regions:
        return with_legend(image, regions_of(one.person for one in built.people.values()), wanted.language)
    return image


def robot_still(engine: Engine, folder: Path, wanted: Wanted) -> Image.Image:
    """Return a picture of a robot of the catalog on a plain floor.

    Raises:
        ContentError: If there is no such camera on it, or the robot is wrong.
    """
    stage = robot_stage(folder)
    session = Session(stage, engine, Operator(), wanted.language)
    session.reset(wanted.seed)
    _let_pass(session, max(wanted.at, session.simulation.tick_seconds))
    built = session.simulation.built
    view = view_in(built, wanted.camera, wanted.size)
    if not wanted.camera:
        (machine,) = built.machines.values()
        boxes = [engine.bounds(machine.body, link) for link in (-1, *engine.links(machine.body).values())]
        low: Vector = _edge([box[0] for box in boxes], min)
        high: Vector = _edge([box[1] for box in boxes], max)
        middle = scale(add(low, high), 0.5)
        away = length(subtract(high, low)) / 2.0 / sin(radians(view.field_of_view) / 2.0)
        view = replace(view, eye=add(middle, scale(unit(FROM), away)), target=middle)
    return shoot(engine, built, view, wanted.size.samples).image


def people_still(engine: Engine, wanted: Wanted) -> Image.Image:
    """Return a picture of all kinds of people side by side."""
    engine.reset(Parameters(step_hz=250.0))
    view = line_up(engine, regions=wanted.regions)
    width, height = wanted.size
    narrower = max(1.0, (view.width / view.height) / (width / height))
    lens = 2.0 * degrees(atan(tan(radians(view.field_of_view) / 2.0) * narrower))
    view = replace(view, width=width, height=height, field_of_view=lens)
    image = shoot_world(engine, view, wanted.size.samples).image
    return with_legend(image, PALETTE, wanted.language) if wanted.regions else image


def robot_stage(folder: Path) -> Stage:
    """Return a stage with a robot alone."""
    robot, urdf = load_robot(folder)
    scene = Scene.model_validate(PLAIN | {"robots": {robot.name: {"use": robot.name, "position": [0, 0, 0]}}})
    scene = scene.model_copy(update={"title": LocalText(ja=robot.title.ja, en=robot.title.en)})
    return Stage(
        file=folder / "robot.yaml",
        scene=scene,
        robots={robot.name: robot},
        urdfs={f"robots.{robot.name}": urdf},
        files=(),
    )


def png(image: Image.Image, colours: int | None = None) -> bytes:
    """Return a picture as a PNG file, with few colours when it is to be small."""
    buffer = io.BytesIO()
    if colours is not None:
        image = image.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def write_png(image: Image.Image, path: Path) -> None:
    """Write a picture.

    Raises:
        ContentError: If the file cannot be written.
    """
    try:
        path.write_bytes(png(image))
    except OSError as error:
        raise unwritable(path, error) from None


def _let_pass(session: Session, seconds: float) -> None:
    if not 0.0 <= seconds <= LONGEST:
        raise ContentError(f"{seconds} s cannot be simulated before a picture; 0 to {LONGEST:.0f} can")
    for _ in session.wait(seconds):
        pass


def _edge(corners: list[Vector], choose: object) -> Vector:
    pick = min if choose is min else max
    x, y, z = (pick(axis) for axis in zip(*corners, strict=True))
    return (x, y, z)
