"""All cameras, detectors and sensors of a scene at work. Costs nothing in the loop but for stale ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from hiyari.errors import unknown_name
from hiyari.physics.engine import Engine, Picture, View
from hiyari.physics.refusal import Refusal
from hiyari.physics.signals import Signal, Value

from .detection import Report, Reported, report
from .eye import Mount, view_of
from .faults import SensorFault, refused
from .line import Line, Told
from .marks.panels import Panel
from .measuring import Measuring
from .model import Camera, Detector
from .pictures import dimmed, read_picture, rough, shrunk
from .sight import PERSON, Sighted, category_of, sighted

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.scene.stage import Stage


class Frame(NamedTuple):
    """What a detector works on at one moment."""

    number: int
    sights: tuple[Sighted, ...]


class Eye:
    """A camera at work."""

    def __init__(self, name: str, camera: Camera, mount: Mount, senses: Senses) -> None:
        self.name, self.camera, self.mount, self._senses = name, camera, mount, senses
        self.line: Line[Picture] = Line(self._shoot)
        self._shots = 0

    @property
    def view(self) -> View:
        """What it looks at: another camera's view when the two are swapped."""
        fault = self.line.fault
        eye = self._senses.eyes[fault.other] if fault is not None and fault.other else self
        return view_of(self._senses.engine, eye.camera, eye.mount, self._senses.light)

    def receive(self, time: float) -> Told[Picture]:
        """Return the picture that has arrived last."""
        fault = self.line.fault
        if fault is not None and fault.kind == "lost":
            raise lost(self.name, time - self.line.since)
        picture, taken = self.line.receive(time)
        if fault is not None and fault.kind == "noisy":
            self._shots += 1
            key = (self.name, str(self._shots))
            picture = picture._replace(rgb=rough(picture.rgb, fault.sigma, *key, seed=self._senses.seed))
        if fault is not None and fault.picture:
            shown = read_picture(self._senses.folder / fault.picture, self.camera.width, self.camera.height)
            picture = picture._replace(rgb=shown)
        return Told(picture, taken)

    def _shoot(self) -> Picture:
        senses = self._senses
        for panel in senses.panels:
            panel.follow(senses.engine)
        own = self.view
        width, height, samples = self.camera.width, self.camera.height, self.camera.samples
        view = replace(own, width=width * samples, height=height * samples)
        picture = shrunk(senses.engine.camera(view), samples)
        return picture._replace(rgb=dimmed(picture.rgb, senses.brightness))


class Finder:
    """A detector at work."""

    def __init__(self, name: str, detector: Detector, senses: Senses) -> None:
        self.name, self.detector, self._senses = name, detector, senses
        self.line: Line[Frame] = Line(self._see)
        self.number = 0
        """Frames taken."""

    def look(self, time: float) -> Told[Report]:
        """Return the list of objects that has arrived last.

        Raises:
            Refusal: If the sensor is lost.
        """
        fault = self.line.fault
        if fault is not None and fault.kind == "lost":
            raise lost(self.name, time - self.line.since)
        if fault is not None and fault.other:
            return self._senses.finders[fault.other].plain(time)
        found, taken = self.plain(time)
        if fault is not None and fault.names is not None:
            found = _exchanged(found, *fault.names)
        if fault is not None and fault.items:
            made_up = tuple(Reported(item.name, item.kind, item.position, 0.0) for item in fault.items)
            kept = tuple(item for item in found.items if item.name not in {one.name for one in made_up})
            hidden = {item.truth for item in found.items if item.truth}
            missed = found.missed if fault.adds else tuple(sorted({*found.missed, *hidden}))
            found = Report((*kept, *made_up) if fault.adds else made_up, missed)
        return Told(found, taken)

    def plain(self, time: float) -> Told[Report]:
        """Return what it finds, without what a fault does to the list."""
        (number, sights), taken = self.line.receive(time)
        senses = self._senses
        key = (senses.seed, self.name, number)
        return Told(report(self.detector, sights, senses.brightness, key, senses.alias, self.line.fault), taken)

    def _see(self) -> Frame:
        self.number += 1
        senses = self._senses
        return Frame(self.number, sighted(senses.engine, senses.eyes[self.detector.camera].view, senses.built))


class Senses:
    """Everything a scene's robots perceive with."""

    def __init__(self, stage: Stage, engine: Engine, built: Built, seed: int) -> None:
        scene = stage.scene
        self.engine, self.built, self.seed, self.folder = engine, built, seed, stage.file.parent
        self.brightness = scene.brightness
        self.panels: list[Panel] = []
        self.eyes: dict[str, Eye] = {}
        self.finders: dict[str, Finder] = {}
        self.readings: dict[str, Measuring] = {}
        self.light = built.light
        self.told: dict[str, Reported] = {}
        """What the agent was told of last, by reported name: skills go where a thing was told to be."""
        self._waiting: list[Eye | Finder] = []
        self._taken = {*scene.things, *scene.people, *scene.robots, *scene.devices, *scene.processes}
        self._aliases: dict[tuple[str, str], str] = {}

    @property
    def lines(self) -> dict[str, Eye | Finder | Measuring]:
        """Everything that can have a fault, by name."""
        return {**self.eyes, **self.finders, **self.readings}

    def problem(self, name: str, fault: SensorFault | None) -> str:
        """Return why a camera or sensor cannot have a fault; empty when it can."""
        groups: dict[str, Mapping[str, object]] = {
            "camera": self.eyes,
            "detector": self.finders,
            "reading": self.readings,
        }
        sort = next((sort for sort, group in groups.items() if name in group), "")
        if not sort:
            return missing_name("camera or sensor", name, self.lines)
        if fault is None:
            return ""
        if problem := refused(fault, sort):
            return problem
        if fault.other and (fault.other == name or fault.other not in groups[sort]):
            return "other: " + missing_name(f"other {sort}", fault.other, [n for n in groups[sort] if n != name])
        for each in fault.names or ():
            if each not in self.built.objects and each not in self.built.people:
                return "names: " + missing_name("object", each, [*self.built.objects, *self.built.people])
        if fault.picture and not (self.folder / fault.picture).is_file():
            return f"picture: there is no file {self.folder / fault.picture}"
        return ""

    def disturb(self, name: str, fault: SensorFault | None, time: float) -> None:
        """Begin a fault of a camera or sensor, or end it with none. A camera's faults are its detectors' too."""
        sensor = self.lines[name]
        before = sensor.line.fault
        if isinstance(sensor, Measuring):
            sensor.disturb(fault, time)
            return
        sensor.line.disturb(fault, time)
        if isinstance(sensor, Eye):
            reaches = fault is not None and fault.kind in ("frozen", "stale", "lost")
            for finder in self.finders.values():
                own = finder.line.fault
                if finder.detector.camera == name and (own is None or own is before):
                    finder.line.disturb(fault if reaches else None, time)
        everyone: list[Eye | Finder] = [*self.eyes.values(), *self.finders.values()]
        self._waiting = [each for each in everyone if each.line.waits]

    def tick(self, time: float) -> None:
        """Let stale cameras and detectors take what they will tell later."""
        for sensor in self._waiting:
            sensor.line.tick(time)

    def signals(self) -> Mapping[str, Signal]:
        """Return the signals of the scene's light."""
        return {"brightness": Signal(lambda: self.brightness, self._dim, low=0.0, high=1.0)}

    def classes(self, known: tuple[str, ...]) -> dict[int, str]:
        """Return the class of every body that has one of the known classes; of all when none are named."""
        found: dict[int, str] = {}
        for state in self.built.objects.values():
            found[state.body] = category_of(state.thing)
        for panel in self.panels:
            found[panel.body] = category_of(panel.thing.thing)
        for behaviour in self.built.people.values():
            found |= dict.fromkeys(behaviour.person.bodies, PERSON)
        for machine in self.built.machines.values():
            found[machine.body] = "robot"
        return {body: name for body, name in found.items() if name and (not known or name in known)}

    def alias(self, category: str, truth: str) -> str:
        """Return the name under which something is reported that is not what it is; the same for the same mistake."""
        if truth and (category, truth) in self._aliases:
            return self._aliases[category, truth]
        number = 1
        while f"{category}_{number}" in self._taken:
            number += 1
        name = f"{category}_{number}"
        self._taken.add(name)
        if truth:
            self._aliases[category, truth] = name
        return name

    def _dim(self, value: Value) -> None:
        self.brightness = float(value)


def missing_name(kind: str, name: str, known: Iterable[str]) -> str:
    """Return that a name is not known, with the nearest that is."""
    return unknown_name(kind, name, known).problem


def lost(name: str, seconds: float) -> Refusal:
    """Return what a driver says of a sensor that does not answer."""
    return Refusal(
        f"{name}: {seconds:.1f} 秒間データがありません（デバイスのタイムアウト）。",
        f"{name}: no data for {seconds:.1f} s (device timeout).",
    )


def _exchanged(found: Report, one: str, other: str) -> Report:
    names = {one: other, other: one}
    items = tuple(
        Reported(names.get(item.name, item.name), item.category, item.position, item.yaw, item.truth)
        for item in found.items
    )
    return Report(tuple(sorted(items, key=lambda item: item.name)), found.missed)
