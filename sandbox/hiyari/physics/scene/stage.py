"""A scene with everything it needs found and checked: what a physics worker builds from."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hiyari.errors import ContentError, unknown_name
from hiyari.events import Data, Json
from hiyari.physics.machines.model import Robot, load_robot
from hiyari.physics.perception.checks import check_senses, files_of
from hiyari.scenario.files import fit, read_model, read_yaml

from .abilities import NEEDS
from .assets import PACKAGED, asset, check_urdf
from .model import Scene


class Stage(Data):
    """A scene, its robots and the paths of its assets; plain data that travels to the worker as JSON."""

    file: Path
    """The scene.yaml, for error messages."""
    scene: Scene
    """The scene, with the scenario's changes."""
    robots: dict[str, Robot]
    """Robots by their name in the scene."""
    urdfs: dict[str, Path]
    """URDF files by ``robots.<name>`` or ``things.<name>``."""
    files: tuple[Path, ...]
    """Every content file that was read, packaged ones left out."""


def merge_place(*places: Mapping[str, Json]) -> dict[str, Any]:
    """Merge changes to a scene: mappings by key, lists one after the other, other values replaced by the later."""
    merged: dict[str, Any] = {}
    for place in places:
        _merge(merged, place)
    return merged


def load_stage(folder: Path, robots: Callable[[str], Path], place: Mapping[str, Json] | None = None) -> Stage:
    """Read a scene and its robots.

    Args:
        folder: Folder of scene.yaml.
        robots: Returns the folder of a robot by name; raises ContentError when there is none.
        place: Changes to the scene, as a scenario's ``place``.

    Raises:
        ContentError: If anything in the files is wrong; names file and field.
    """
    file = folder / "scene.yaml"
    scene = read_model(file, Scene)
    if place:
        scene = fit(merge_place(read_yaml(file), place), Scene, file=file, field="place")
    if scene.name != folder.name:
        raise ContentError(f"the folder is called {folder.name!r}, the scene {scene.name!r}", file=file, field="name")
    found: dict[str, Robot] = {}
    urdfs: dict[str, Path] = {}
    files = [file]
    for name, placed in scene.robots.items():
        try:
            home = robots(placed.use)
        except ContentError as error:
            raise ContentError(error.problem, file=file, field=f"robots.{name}.use") from None
        found[name], urdfs[f"robots.{name}"] = load_robot(home)
        files.append(home / "robot.yaml")
        if not found[name].urdf.startswith(PACKAGED):
            files.append(urdfs[f"robots.{name}"])
    for name, thing in scene.things.items():
        if thing.urdf:
            field = f"things.{name}.urdf"
            urdf = asset(thing.urdf, folder, file=file, field=field)
            check_urdf(urdf, moves=thing.mass > 0, file=file, field=field)
            urdfs[f"things.{name}"] = urdf
            if not thing.urdf.startswith(PACKAGED):
                files.append(urdf)
    files += files_of(scene, folder)
    for shown in files:
        if not shown.is_file():
            raise ContentError(f"there is no file {shown}", file=file)
    check_senses(scene, found, file)
    _check_skills(scene, found, file)
    return Stage(file=file, scene=scene, robots=found, urdfs=urdfs, files=tuple(dict.fromkeys(files)))


def _check_skills(scene: Scene, robots: Mapping[str, Robot], file: Path) -> None:
    robot = robots.get(scene.operates)
    for index, skill in enumerate(scene.skills):
        if skill not in NEEDS:
            raise unknown_name("skill", skill, NEEDS, file=file, field=f"skills.{index}")
        for needed in NEEDS[skill]:
            if robot is None:
                raise ContentError(f"the skill {skill} needs a robot that is operated", file=file, field="operates")
            if needed not in ("robot", *_parts(robot)):
                problem = f"the skill {skill} needs robot {robot.name!r} to have: {needed}"
                raise ContentError(problem, file=file, field="skills")


def _parts(robot: Robot) -> list[str]:
    main = [name for name in ("arm", "drive") if getattr(robot, name) is not None]
    return [*main, *(piece.kind for piece in robot.equipment.values())]


def _merge(target: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for key, value in changes.items():
        present = target.get(key)
        if isinstance(present, dict) and isinstance(value, Mapping):
            _merge(present, value)
        elif isinstance(present, list | tuple) and isinstance(value, list | tuple) and key in ("events", "log_lines"):
            target[key] = [*present, *value]
        else:
            target[key] = copy.deepcopy(value)
