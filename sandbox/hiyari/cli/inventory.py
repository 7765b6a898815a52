"""A scene and a robot as an inventory: what ``hiyari show`` prints of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hiyari.catalog import Catalog
from hiyari.events import LocalText
from hiyari.report.escape import visible
from hiyari.report.words import say

from .picturing import stage_in

if TYPE_CHECKING:
    from hiyari.physics.machines.model import Robot
    from hiyari.physics.scene.stage import Stage
    from hiyari.physics.signals import Signals

TIMES = ("at", "after_placed", "delay", "every", "vary", "kind")


class Line(NamedTuple):
    """One line of an inventory."""

    section: str
    name: str
    about: str


def scene_inventory(catalog: Catalog, name: str, language: str) -> list[Line]:
    """Return what there is in a scene; it is built once, to name its signals.

    Raises:
        ContentError: If the scene is wrong.
    """
    from hiyari.adapters.engines import make_engine
    from hiyari.physics.scene.building import build

    stage = stage_in(catalog, name)
    engine = make_engine("bullet")
    try:
        signals = build(stage, engine, 1, lambda event: None).signals
        return list(_scene(stage, signals, language))
    finally:
        engine.close()


def robot_inventory(folder: Path, language: str) -> list[Line]:
    """Return what a robot has.

    Raises:
        ContentError: If it is wrong.
    """
    from hiyari.physics.machines.model import load_robot

    return list(_robot(load_robot(folder)[0], language))


def print_inventory(lines: list[Line], language: str, screen: Console) -> None:
    """Print an inventory; a section is named once."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    last = ""
    for line in lines:
        section = say(line.section, language) if line.section != last else ""
        table.add_row(Text(section), Text(visible(line.name)), Text(visible(line.about)))
        last = line.section
    screen.print(table)


def _scene(stage: Stage, signals: Signals, language: str) -> Iterator[Line]:
    scene = stage.scene

    def local(text: LocalText | None) -> str:
        return "" if text is None else text.in_language(language).strip()

    def of(owner: str) -> str:
        return ", ".join(
            f"{name.removeprefix(f'{owner}.')}{'' if signal.write is None else '='}"
            for name, signal in signals.of(owner).items()
        )

    yield Line("Scene", scene.name, f"{local(scene.title)}. {local(scene.about)}")
    for name, placed in scene.robots.items():
        owner = f", {placed.owner}" if placed.owner else ""
        yield Line("Robots", name, f"{placed.use}: {local(stage.robots[name].title)}{owner}")
    yield Line("Tools", scene.operates, ", ".join(scene.skills))
    for name, thing in scene.things.items():
        states = ", ".join(f"{state} {value}" for state, value in thing.states.items())
        tags = f"[{', '.join(thing.tags)}]" if thing.tags else ""
        mass = f"{thing.mass:g} kg" if thing.mass else ""
        yield Line("Things", name, "  ".join(filter(None, (local(thing.title), mass, tags, states))))
    for section, parts in (("Devices", scene.devices), ("Processes", scene.processes)):
        for name, part in parts.items():
            yield Line(section, name, f"{part.kind}: {of(name)}")
    for name, someone in scene.people.items():
        does = f", {someone.does.kind}" if someone.does is not None else ", walk" if someone.walk is not None else ""
        yield Line("People", name, f"{local(someone.title)} ({someone.kind}{does})")
    for name, crowd in scene.crowds.items():
        yield Line("People", name, f"{crowd.count} × {local(crowd.title)}")
    for name, place in scene.places.items():
        yield Line("Places", name, f"({place.position[0]:g}, {place.position[1]:g}) m  {local(place.title)}".rstrip())
    for name, point in scene.roads.stations.items() if scene.roads is not None else ():
        yield Line("Places", name, f"{say('station', language)}, {point}")
    for name, zone in scene.zones.items():
        box = f"({zone.low[0]:g}, {zone.low[1]:g}) – ({zone.high[0]:g}, {zone.high[1]:g}) m"
        yield Line("Zones", name, f"{local(zone.title)}  {box}")
    for name in ("overview", *scene.cameras):
        yield Line("Cameras", name, "")
    for name, sensor in scene.sensors.items():
        yield Line("Sensors", name, sensor.kind)
    for event in scene.events:
        when = f"{event.at:g} s" if event.at is not None else f"{event.after_placed} {say('parts placed', language)}"
        what = {k: v for k, v in event.model_dump(mode="json", exclude_defaults=True).items() if k not in TIMES}
        yield Line("Happenings", event.kind, f"{when}: {', '.join(f'{key} {value}' for key, value in what.items())}")
    task = _task(stage)
    if task is not None:
        yield Line("Reference task", "", local(task))
    yield Line("File", "", str(stage.file))


def _task(stage: Stage) -> LocalText | None:
    from hiyari.physics.reference import FILE, Reference
    from hiyari.scenario.files import read_model

    file = stage.file.with_name(FILE)
    return read_model(file, Reference).task if file.is_file() else None


def _robot(robot: Robot, language: str) -> Iterator[Line]:
    limits = robot.limits
    yield Line("Robot", robot.name, robot.title.in_language(language))
    if robot.arm is not None:
        yield Line("Parts", "arm", f"{len(robot.arm.joints)} × joint, {robot.arm.gripper.kind}")
    if robot.drive is not None:
        yield Line("Parts", "drive", robot.drive.kind)
    for name, piece in robot.equipment.items():
        yield Line("Parts", name, piece.kind)
    for name in robot.cameras:
        yield Line("Cameras", name, "")
    yield Line("Limits", "speed", f"{limits.speed:g} m/s ({limits.usual_speed:g} m/s)")
    yield Line("Limits", "braking", f"{limits.braking:g} m/s² + {limits.reaction_time:g} s")
    yield Line("Limits", "payload", f"{limits.payload:g} kg")
    yield Line("Licence", robot.licence.name, robot.licence.source)
    yield Line("File", "", robot.urdf)
