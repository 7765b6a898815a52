"""``hiyari show ... --image``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from hiyari.catalog import Catalog
from hiyari.errors import ContentError, unknown_name

from .terminal import out as console
from .terminal import print_json

if TYPE_CHECKING:
    from hiyari.physics.scene.stage import Stage

SUFFIX = ".png"
PEOPLE = "people"
"""Stands for all kinds of people side by side."""


@dataclass(frozen=True)
class Image:
    """Which picture is wanted."""

    file: Path | None
    """Where to; a PNG named after what it shows, in the current folder, when left out."""
    size: str
    at: float
    seed: int
    camera: str
    zones: bool
    regions: bool


def image_command(name: str, image: Image, *, language: str, project: Path | None, as_json: bool) -> int:
    """Write a picture of a scene, a robot or the people, and print where it is.

    Raises:
        ContentError: If there is no such scene, robot or camera, or the file cannot be written.
    """
    from hiyari.adapters.engines import make_engine
    from hiyari.pictures.sizes import read_size
    from hiyari.pictures.stills import Wanted, people_still, robot_still, scene_still, write_png

    file = image.file or Path(f"{name}{SUFFIX}")
    if file.suffix.lower() != SUFFIX:
        raise ContentError(f"pictures are PNG files; {file} must end in {SUFFIX}")
    size = read_size(image.size)
    wanted = Wanted(size, image.at, image.seed, image.camera, image.zones, image.regions, language)
    catalog = Catalog.open(project)
    if name not in (PEOPLE, *catalog.scenes, *catalog.robots):
        for shelf in (catalog.scenes, catalog.robots):
            if name in shelf.broken:
                raise shelf.broken[name]
        raise unknown_name("scene or robot", name, [PEOPLE, *catalog.scenes, *catalog.robots])
    stage = stage_in(catalog, name) if name in catalog.scenes else None
    engine = make_engine("bullet")
    try:
        if stage is not None:
            made = scene_still(engine, stage, wanted)
        elif name == PEOPLE:
            made = people_still(engine, wanted)
        else:
            made = robot_still(engine, catalog.robot(name).path.parent, wanted)
    finally:
        engine.close()
    write_png(made, file)
    if as_json:
        print_json({"image": str(file), "width": made.width, "height": made.height})
    else:
        console().print(Text(str(file)), soft_wrap=True)
    return 0


def stage_in(catalog: Catalog, scene: str) -> Stage:
    """Return a scene of the catalog as it ships.

    Raises:
        ContentError: If it is wrong.
    """
    from hiyari.physics.scene.stage import load_stage

    return load_stage(catalog.scene(scene).path.parent, lambda robot: catalog.robot(robot).path.parent)
