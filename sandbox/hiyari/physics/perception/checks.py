"""Checking the cameras and sensors of a scene, before anything is built."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hiyari.errors import ContentError, unknown_name

from .model import Camera, Detector, Range

if TYPE_CHECKING:
    from hiyari.physics.machines.model import Robot
    from hiyari.physics.scene.model import Scene

OVERVIEW = "overview"
"""Name of the scene's own camera."""


def cameras_of(scene: Scene, robots: Mapping[str, Robot]) -> dict[str, Camera]:
    """Return all cameras by name: the scene's, and those of its robots as ``<robot>.<camera>``."""
    found = {OVERVIEW: scene.camera, **scene.cameras}
    for name in sorted(scene.robots):
        for each, camera in robots[name].cameras.items():
            found[f"{name}.{each}"] = camera.model_copy(update={"robot": name})
    return found


def check_senses(scene: Scene, robots: Mapping[str, Robot], file: Path) -> None:
    """Refuse cameras and sensors that name what is not there.

    Raises:
        ContentError: If they do; names the field and what is nearest.
    """
    cameras = cameras_of(scene, robots)
    if OVERVIEW in scene.cameras:
        raise ContentError(f"{OVERVIEW!r} is the scene's own camera", file=file, field=f"cameras.{OVERVIEW}")
    for name in scene.cameras:
        if name in scene.sensors:
            raise ContentError(f"{name!r} names a camera and a sensor", file=file, field=f"sensors.{name}")
    for name, camera in {**scene.cameras, "": scene.camera}.items():
        field = f"cameras.{name}" if name else "camera"
        if camera.link and not camera.robot:
            raise ContentError("a link needs a robot", file=file, field=f"{field}.link")
        if camera.robot and camera.robot not in scene.robots:
            raise unknown_name("robot", camera.robot, scene.robots, file=file, field=f"{field}.robot")
    for robot in robots.values():
        for name, camera in robot.cameras.items():
            if camera.robot:
                problem = "a robot's camera is on the robot itself; name a link of it"
                raise ContentError(problem, file=f"{robot.name}/robot.yaml", field=f"cameras.{name}.robot")
    for name, sensor in scene.sensors.items():
        field = f"sensors.{name}"
        if isinstance(sensor, Detector) and sensor.camera not in cameras:
            raise unknown_name("camera", sensor.camera, cameras, file=file, field=f"{field}.camera")
        if isinstance(sensor, Range) and sensor.robot and sensor.robot not in scene.robots:
            raise unknown_name("robot", sensor.robot, scene.robots, file=file, field=f"{field}.robot")


def files_of(scene: Scene, folder: Path) -> list[Path]:
    """Return the pictures that marks and faults show."""
    shown = [mark.file for thing in scene.things.values() for mark in thing.marks]
    faulty = [*scene.cameras.values(), scene.camera, *scene.sensors.values()]
    shown += [each.fault.picture for each in faulty if each.fault is not None]
    return [folder / file for file in shown if file]
