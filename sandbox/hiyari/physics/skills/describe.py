"""The skill describe: one object, its size, colour and visible states, and what is written on it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hiyari.events import MarkRead
from hiyari.physics.perception.detection import Report, Reported
from hiyari.physics.perception.marks.reading import legible, told
from hiyari.physics.perception.sight import PERSON
from hiyari.physics.refusal import Refusal

from .common import Accept, Answer, Skill, Steps, named, text
from .look import LOOKING, TEXT
from .seeing import CAMERA, as_it_is, chosen, look_with, nearest_first, object_lines, people_lines

if TYPE_CHECKING:
    from hiyari.physics.session import Session

VISIBLE = ("open", "on", "full", "broken", "spilled", "lit", "burning")
"""States of things that can be seen."""
COLOURS = {
    "black": (0.05, 0.05, 0.05),
    "grey": (0.55, 0.55, 0.55),
    "white": (0.97, 0.97, 0.97),
    "red": (0.80, 0.15, 0.15),
    "orange": (0.95, 0.55, 0.15),
    "yellow": (0.95, 0.85, 0.15),
    "green": (0.15, 0.60, 0.25),
    "blue": (0.15, 0.30, 0.80),
    "purple": (0.55, 0.20, 0.65),
    "brown": (0.50, 0.35, 0.20),
}
"""Names of colours, red, green, blue."""


def _describe(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    yield from ()
    finder = chosen(session, arguments)
    eyes = session.simulation.built.senses.eyes
    camera = arguments.get("camera")
    cameras = [named(CAMERA, camera, list(eyes))] if camera is not None else list(eyes)
    accept()
    found = as_it_is(session) if finder is None else look_with(session, finder)[0]
    item = _wanted(found, arguments.get("object"))
    alone = Report((item,))
    lines = object_lines(session, alone) + people_lines(session, alone, measured=finder is None)
    if item.truth == item.name and item.category != PERSON:
        if finder is not None and camera is None:
            cameras = [finder.detector.camera]
        lines += _looks(session, item) + _written(session, item.name, cameras)
    others = nearest_first(found.items, item)
    if others:
        near = ", ".join(f"{other.name} ({_apart(item, other):.2f} m)" for other in others[:3])
        lines.append(session.say(text(f"近くにあるもの: {near}", f"Nearby: {near}")))
    return Answer("\n".join(lines))


def _wanted(found: Report, name: Any) -> Reported:
    items = {item.name: item for item in found.items}
    if isinstance(name, str) and name in items:
        return items[name]
    shown, near = str(name)[:100], difflib.get_close_matches(str(name)[:100], items, n=1)
    listed = ", ".join(sorted(items)[:30]) or "-"
    ja = f"もしかして {near[0]!r}?" if near else f"見えるのは {listed}。"
    en = f"did you mean {near[0]!r}?" if near else f"what is seen: {listed}."
    raise Refusal(f"{shown!r} は見えません。{ja}", f"{shown!r} is not seen; {en}")


def _looks(session: Session, item: Reported) -> list[str]:
    state = session.simulation.built.objects.get(item.name)
    if state is None:
        return []
    low, high = session.engine.bounds(state.body, -1)
    size = " x ".join(f"{b - a:.2f}" for a, b in zip(low, high, strict=True))
    lines = [session.say(text(f"外形: 約 {size} m", f"Extent: about {size} m"))]
    if not state.thing.urdf:
        colour = _colour(state.thing.colour[:3])
        lines.append(session.say(text(f"色: {colour}", f"Colour: {colour}")))
    seen = [f"{key}={state.values[key]}" for key in VISIBLE if key in state.values]
    return [*lines, session.say(text("状態: ", "State: ")) + ", ".join(seen)] if seen else lines


def _written(session: Session, name: str, cameras: list[str]) -> list[str]:
    """Return what can be read on a thing with a camera that works."""
    simulation = session.simulation
    senses = simulation.built.senses
    views = [senses.eyes[camera].view for camera in cameras if senses.eyes[camera].line.fault is None]
    lines = []
    for panel in senses.panels:
        if panel.thing.name != name:
            continue
        if any(legible(session.engine, view, panel, senses.brightness) for view in views):
            said = told(panel, session.language)
            simulation.tell(MarkRead(object=name, side=panel.mark.side, told=said))
            side = panel.mark.side
            lines.append(session.say(text(f"{side} 面に読めるもの: {said}", f"Readable on its {side}: {said}")))
    return lines


def _colour(colour: tuple[float, ...]) -> str:
    return min(COLOURS, key=lambda name: sum((a - b) ** 2 for a, b in zip(colour, COLOURS[name], strict=True)))


def _apart(one: Reported, other: Reported) -> float:
    return float(sum((a - b) ** 2 for a, b in zip(one.position[:2], other.position[:2], strict=True)) ** 0.5)


DESCRIBE = Skill(
    name="describe",
    about=text(
        "物体を一つ詳しく見ます: 大きさ、色、状態、書かれた文字やコード、近くの物。",
        "Look closely at one object: size, colour, state, what is written on it, what is near it.",
    ),
    properties={"object": (TEXT, text("look で見えた名前", "name as look tells it")), **LOOKING},
    required=("object",),
    run=_describe,
)
