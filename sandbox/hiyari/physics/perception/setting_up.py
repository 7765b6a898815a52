"""Setting up the cameras and sensors of a built scene."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hiyari.errors import ContentError, unknown_name
from hiyari.physics.engine import Engine

from .checks import OVERVIEW, cameras_of
from .eye import Mount
from .marks.panels import attach
from .measuring import Measuring
from .model import Camera, Detector, Range
from .senses import Eye, Finder, Senses

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.scene.stage import Stage


def set_up(stage: Stage, engine: Engine, built: Built, seed: int, language: str) -> Senses:
    """Return the senses of a built scene, with what is written on things painted.

    Raises:
        ContentError: If a link is unknown, or a mark cannot be painted.
    """
    scene = stage.scene
    senses = Senses(stage, engine, built, seed)
    for name, camera in cameras_of(scene, stage.robots).items():
        senses.eyes[name] = Eye(name, camera, _mount(stage, engine, built, camera, name), senses)
    for name, sensor in sorted(scene.sensors.items()):
        if isinstance(sensor, Detector):
            senses.finders[name] = Finder(name, sensor, senses)
        else:
            mount = _mount(stage, engine, built, sensor, name) if isinstance(sensor, Range) else Mount()
            senses.readings[name] = Measuring(sensor, name, built, engine, mount, seed)
    marked = {name: body for name, body in built.things.items() if scene.things[name].marks}
    senses.panels = attach(stage, engine, built.objects, language, marked)
    return senses


def check_faults(stage: Stage, built: Built) -> None:
    """Check the faults that sensors have from the start, and that their signals exist.

    Raises:
        ContentError: If a reading's signal is not there, or no number.
    """
    for name, reading in built.senses.readings.items():
        if reading.sensor.kind == "reading":
            field = f"sensors.{name}.signal"
            try:
                signal = built.signals.find(reading.sensor.signal)
            except LookupError as error:
                raise ContentError(str(error), file=stage.file, field=field) from None
            if signal.kind == "text":
                raise ContentError(f"{reading.sensor.signal} is a text, no number", file=stage.file, field=field)
    sensors = [(f"sensors.{name}", name, sensor.fault) for name, sensor in sorted(stage.scene.sensors.items())]
    eyes = built.senses.eyes.items()
    cameras = [("camera" if name == OVERVIEW else f"cameras.{name}", name, eye.camera.fault) for name, eye in eyes]
    for field, name, fault in (*cameras, *sensors):
        problem = built.senses.problem(name, fault)
        if problem:
            raise ContentError(problem, file=stage.file, field=f"{field}.fault")


def _mount(stage: Stage, engine: Engine, built: Built, sensor: Camera | Range, name: str) -> Mount:
    if not sensor.robot:
        return Mount()
    body = built.machines[sensor.robot].body
    links = engine.links(body)
    if not sensor.link:
        return Mount(body)
    if sensor.link not in links:
        robot, _, own = name.partition(".")
        file = stage.file if not own else Path(stage.robots[robot].name) / "robot.yaml"
        field = f"cameras.{own or name}.link" if isinstance(sensor, Camera) else f"sensors.{name}.link"
        raise unknown_name("link", sensor.link, links, file=file, field=field)
    return Mount(body, links[sensor.link])
