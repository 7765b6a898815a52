"""What the skills that look have in common: choosing cameras and detectors, and telling objects and people."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hiyari.events import LocalText, PerceivedItem, PerceptionReported
from hiyari.physics.geometry import distance, yaw_of
from hiyari.physics.perception.detection import Report, Reported
from hiyari.physics.perception.senses import Finder
from hiyari.physics.perception.sight import PERSON
from hiyari.physics.refusal import Refusal

from .common import named, text

if TYPE_CHECKING:
    from hiyari.physics.session import Session

CAMERA, SENSOR = text("カメラ", "camera"), text("センサー", "sensor")


def chosen(session: Session, arguments: Mapping[str, Any]) -> Finder | None:
    """Return the detector an agent looks with: the one it names, else the first there is.

    Raises:
        Refusal: If there is none of that name.
    """
    finders = session.simulation.built.senses.finders
    wanted = arguments.get("sensor")
    if wanted is None:
        return finders[min(finders)] if finders else None
    return finders[named(SENSOR, wanted, sorted(finders))]


def look_with(session: Session, finder: Finder) -> tuple[Report, float]:
    """Return what a detector reports and when that was taken, and record what the agent is told and what is true.

    Raises:
        Refusal: If the sensor does not answer.
    """
    simulation = session.simulation
    found, taken = finder.look(simulation.time)
    fault = finder.line.fault or simulation.built.senses.eyes[finder.detector.camera].line.fault
    simulation.built.senses.told = {item.name: item for item in found.items}
    items = tuple(
        PerceivedItem(name=item.name, category=item.category, position=item.position, truth=item.truth)
        for item in found.items
    )
    simulation.tell(
        PerceptionReported(
            robot=simulation.scene.operates,
            sensor=finder.name,
            items=items,
            missed=found.missed,
            invented=found.invented,
            misclassified=found.misclassified,
            age=simulation.time - taken,
            fault="" if fault is None else fault.kind,
        )
    )
    return found, taken


def where_told(session: Session, kind: LocalText, name: Any, known: Sequence[str]) -> Reported:
    """Return an object as it was told of last, or as it is in a scene without detectors.

    Args:
        session: The episode.
        kind: What it is called in a refusal.
        name: Name the agent gives.
        known: Names of the things it may be, in a scene without detectors.

    Raises:
        Refusal: If it was not told of; suggests the nearest.
    """
    simulation = session.simulation
    if not simulation.built.senses.finders:
        motion = simulation.built.objects[named(kind, name, known)].motion
        return Reported(name, "", motion.position, yaw_of(motion.orientation), name)
    told = {item.name: item for item in simulation.built.senses.told.values() if item.category != PERSON}
    if not told:
        raise Refusal("まだ何も検出していません。先に look してください。", "Nothing was detected yet; look first.")
    return told[named(kind, name, sorted(told))]


def as_it_is(session: Session) -> Report:
    """Return parts, containers, things with a class, and people as they are, but for what is behind closed
    doors: what a perfect detector reports."""
    simulation, items = session.simulation, []
    known = [*simulation.parts, *simulation.containers]
    known += [name for name, thing in sorted(simulation.scene.things.items()) if thing.category and name not in known]
    for name in known:
        if simulation.built.is_hidden(name):
            continue
        state = simulation.built.objects[name]
        motion = state.motion
        items.append(Reported(name, state.thing.category, motion.position, yaw_of(motion.orientation), name))
    for name, behaviour in simulation.built.people.items():
        if not behaviour.here:
            continue
        posture = behaviour.person.posture
        items.append(Reported(name, PERSON, (*posture.feet, 0.0), posture.yaw, name))
    return Report(tuple(items))


def object_lines(session: Session, found: Report) -> list[str]:
    """Return a line on each object that is reported and is no person."""
    scene, lines = session.simulation.scene, []
    held = [machine.holding for machine in session.simulation.built.machines.values()]
    things = [item for item in found.items if item.category != PERSON]
    for item in things:
        thing = scene.things.get(item.name)
        words = [session.say(thing.title)] if thing is not None and thing.title is not None else []
        words += [item.category] if item.category and not (words and item.category == "object") else []
        told = f" ({', '.join(words)})" if words else ""
        where = session.say(text("、把持中", ", held")) if item.name in held else _inside(session, item, things)
        x, y, z = item.position
        lines.append(f"- {item.name}{told}: x={x:.3f} y={y:.3f} z={z:.3f} yaw={math.degrees(item.yaw):.0f}°{where}")
    return lines


def people_lines(session: Session, found: Report, *, measured: bool) -> list[str]:
    """Return a line on each person that is reported.

    Args:
        session: The episode.
        found: What is reported.
        measured: Whether the distance to the robot is the one its safety scanner measures, or the report's own.
    """
    return [
        _person_line(session, item, measured=measured and item.truth == item.name)
        for item in found.items
        if item.category == PERSON
    ]


def _person_line(session: Session, item: Reported, *, measured: bool) -> str:
    simulation = session.simulation
    someone = simulation.scene.people.get(item.name)
    title = session.say(someone.title) if someone is not None else PERSON
    x, y, _ = item.position
    line = f"- {item.name} ({title}): x={x:.2f} y={y:.2f} m"
    machine = simulation.built.machines.get(simulation.scene.operates)
    if measured:
        distances = [n.distance for w in simulation.watches for n in w.nearness if n.person.name == item.name]
        nearest, limit = min(distances, default=math.inf), simulation.scene.controller.watch_distance
        if math.isfinite(nearest):
            near = text(f"ロボットとの距離 {nearest:.2f} m", f"{nearest:.2f} m from the robot")
        else:
            near = text(f"ロボットから {limit} m より遠い", f"more than {limit} m from the robot")
    elif machine is not None:
        far = math.dist((x, y), machine.place[:2])
        near = text(f"ロボットから水平に約 {far:.2f} m", f"about {far:.2f} m from the robot, level")
    else:
        return line
    return f"{line}, {session.say(near)}"


def _inside(session: Session, item: Reported, things: Sequence[Reported]) -> str:
    """Return in which container an object lies, going by the places that are reported."""
    scene = session.simulation.scene
    for other in things:
        thing = scene.things.get(other.name)
        if thing is None or thing.holds is None or other is item:
            continue
        x, y, z = (a - b for a, b in zip(item.position, other.position, strict=True))
        if abs(x) <= thing.holds[0] / 2 and abs(y) <= thing.holds[1] / 2 and 0.0 <= z <= 0.12:
            return session.say(text(f"、{other.name} の中", f", in {other.name}"))
    return ""


def nearest_first(items: Sequence[Reported], to: Reported) -> list[Reported]:
    """Return other items by their distance."""
    others = [item for item in items if item is not to]
    return sorted(others, key=lambda item: distance(item.position, to.position))
