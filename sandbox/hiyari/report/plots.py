"""Plots of the physical scene as SVG: separation, speed, contact forces against their limits, safety states."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from hiyari.events import Contact, Envelope, FindingRaised, PhysicsAdvanced

from .escape import one_line
from .svg import Axis, drawing, node, number
from .timeline import safety_bands, tone
from .words import say

WIDTH, LEFT, RIGHT, HEIGHT = 1000.0, 70.0, 18.0, 150.0
POINTS = 500
"""Points of one line; between them the least or greatest value of the interval is drawn."""
FAR = 3.0
"""Metres beyond which a separation is drawn at the edge."""

Series = dict[str, list[tuple[float, float]]]


@dataclass(frozen=True)
class Plot:
    """One picture and its title."""

    title: str
    """What it shows, one of the interface's own texts."""
    picture: Markup
    """The SVG."""


def plots(envelopes: Sequence[Envelope], anchor: str, language: str) -> list[Plot]:
    """Return the plots of an episode; none when it has no physics.

    Args:
        envelopes: All events of the episode.
        anchor: Prefix of the transcript's anchors, to which contacts link.
        language: Of labels inside the pictures.
    """
    blocks = [envelope.event for envelope in envelopes if isinstance(envelope.event, PhysicsAdvanced)]
    if not blocks:
        return []
    end = max(max(block.time for block in blocks), max(envelope.t for envelope in envelopes))
    time = Axis(0.0, end or 1.0, LEFT, WIDTH - RIGHT)
    findings = [envelope for envelope in envelopes if isinstance(envelope.event, FindingRaised)]
    behind = [*_bands(envelopes, time), *_flags(findings, time)]
    separations, speeds = _separations(blocks), _speeds(blocks)
    made = []
    if separations:
        picture = _lines(separations, time, "m", min, behind, say("Smallest separation", language))
        made.append(Plot("Smallest separation of robot and person", picture))
    if speeds:
        picture = _lines(speeds, time, "m/s", max, behind, say("Speed", language))
        made.append(Plot("Speed of tool centre point or base", picture))
    contacts = [envelope for envelope in envelopes if isinstance(envelope.event, Contact)]
    if contacts:
        made.append(Plot("Contact force against its limit", _forces(contacts, findings, anchor, language)))
    return made


def _separations(blocks: Sequence[PhysicsAdvanced]) -> Series:
    series: Series = {}
    for block in blocks:
        for near in block.separations:
            name = one_line(f"{near.robot} – {near.person}", 80)
            series.setdefault(name, []).append((near.at, min(near.distance, FAR)))
    return series


def _speeds(blocks: Sequence[PhysicsAdvanced]) -> Series:
    series: Series = {}
    for block in blocks:
        for robot in block.robots:
            series.setdefault(one_line(robot.robot, 80), []).append((block.time, robot.speed))
    return series


def _thin(points: list[tuple[float, float]], keep: object) -> list[tuple[float, float]]:
    size = -(-len(points) // POINTS)
    choose = min if keep is min else max
    return [choose(points[i : i + size], key=lambda point: point[1]) for i in range(0, len(points), size)]


def _lines(series: Series, time: Axis, unit: str, keep: object, behind: Iterable[Markup], label: str) -> Markup:
    top = max(value for points in series.values() for _, value in points)
    scale = Axis(0.0, max(top * 1.08, 0.05), HEIGHT - 24, 10)
    parts = [_frame(time, scale, unit), *behind]
    for index, (name, points) in enumerate(sorted(series.items())[:6]):
        path = "M" + "L".join(f"{time.at(t):.1f} {scale.at(value):.1f}" for t, value in _thin(points, keep))
        parts.append(node("path", node("title", name), d=path, class_=f"line line-{index}"))
        y = 22 + 15 * index
        parts.append(node("line", x1=WIDTH - RIGHT - 14, x2=WIDTH - RIGHT, y1=y, y2=y, class_=f"line line-{index}"))
        parts.append(node("text", name[:60], x=WIDTH - RIGHT - 20, y=y + 4, class_="legend"))
    return drawing(WIDTH, HEIGHT, label, *parts, class_="plot")


def _frame(time: Axis, scale: Axis, unit: str) -> Markup:
    parts = []
    for tick in time.ticks(8):
        x = time.at(tick)
        parts.append(node("line", x1=x, x2=x, y1=scale.end, y2=scale.start, class_="grid"))
        parts.append(node("text", f"{number(tick)} s", x=x, y=scale.start + 16, class_="tick"))
    for tick in scale.ticks(4):
        y = scale.at(tick)
        parts.append(node("line", x1=time.start, x2=time.end, y1=y, y2=y, class_="grid"))
        parts.append(node("text", f"{number(tick)} {unit}", x=time.start - 8, y=y + 4, class_="lane-name"))
    return node("g", *parts)


def _bands(envelopes: Sequence[Envelope], time: Axis) -> list[Markup]:
    made = []
    for robot, state, began, ended in safety_bands(envelopes):
        x, width = time.at(began), max(1.0, time.at(ended) - time.at(began))
        title = node("title", f"{one_line(robot, 80)}: {one_line(state, 80)}  {began:.2f} – {ended:.2f} s")
        class_ = f"band {tone(state)}"
        made.append(node("rect", title, x=x, y=10, width=width, height=HEIGHT - 34, class_=class_))
    return made


def _flags(findings: Sequence[Envelope], time: Axis) -> list[Markup]:
    made = []
    for envelope in findings:
        if isinstance(envelope.event, FindingRaised):
            finding, x = envelope.event.finding, time.at(envelope.t)
            title = node("title", f"S{finding.severity} {one_line(finding.rule, 80)}")
            class_ = f"flag severity-{finding.severity}"
            made.append(node("line", title, x1=x, x2=x, y1=10, y2=HEIGHT - 24, class_=class_))
    return made


def _forces(contacts: Sequence[Envelope], findings: Sequence[Envelope], anchor: str, language: str) -> Markup:
    """Draw one bar for each contact: the force that was judged, and the limit it was judged by as a mark across it."""
    judged = _judged(findings)
    rows = sorted(((_force(envelope, judged), envelope) for envelope in contacts), key=lambda row: -row[0][0])[:12]
    scale = Axis(0.0, 1.1 * max(1.0, *(max(force, limit or 0.0) for (force, limit), _ in rows)), 300, 980)
    height = 26.0 * len(rows) + 30
    parts = []
    for tick in scale.ticks(6):
        x = scale.at(tick)
        parts.append(node("line", x1=x, x2=x, y1=4, y2=height - 24, class_="grid"))
        parts.append(node("text", f"{number(tick)} N", x=x, y=height - 8, class_="tick"))
    for index, ((force, limit), envelope) in enumerate(rows):
        contact, y = envelope.event, 6 + 26.0 * index
        if not isinstance(contact, Contact):
            continue
        name = one_line(f"{contact.began:.2f} s  {contact.robot} → {contact.person} {contact.region}", 120)
        title = node("title", f"{name}: {force:.0f} N" + (f", {limit:.0f} N" if limit else ""))
        label = node("text", name[:46], x=292, y=y + 13, class_="lane-name")
        parts.append(node("a", label, href=f"#{anchor}-{envelope.seq}"))
        tone = "over" if limit is not None and force > limit else "under"
        parts.append(
            node("rect", title, x=300, y=y, width=scale.at(force) - 300, height=17, rx=3, class_=f"force {tone}")
        )
        if limit is not None:
            x = scale.at(limit)
            parts.append(node("line", x1=x, x2=x, y1=y - 3, y2=y + 20, class_="limit"))
            parts.append(node("text", f"{limit:.0f} N", x=x + 4, y=y + 13, class_="limit-name"))
    return drawing(WIDTH, height, say("Contact force", language), *parts, class_="plot")


def _force(envelope: Envelope, judged: dict[int, tuple[float, float]]) -> tuple[float, float | None]:
    """Return the force of a contact, N, and its limit: as they were judged, else as the engine measured them."""
    if envelope.seq in judged:
        return judged[envelope.seq]
    contact = envelope.event
    return (max(contact.peak_force, contact.quasi_static_force) if isinstance(contact, Contact) else 0.0), None


def _judged(findings: Sequence[Envelope]) -> dict[int, tuple[float, float]]:
    """Return force and limit by contact event, as the findings of ``contact_force`` tell them."""
    judged: dict[int, tuple[float, float]] = {}
    for envelope in findings:
        if not isinstance(envelope.event, FindingRaised):
            continue
        detail = envelope.event.finding.detail
        kind = "quasi_static" if str(detail.get("worst", "")).endswith("quasi_static") else "transient"
        names = ["quasi_static_force"] if kind == "quasi_static" else ["reflected_force", "simplified_force"]
        names += ["engine_peak_force"] if kind == "transient" and detail.get("engine_peak_used") else []
        forces = [value for name in names if isinstance(value := detail.get(name), int | float)]
        limit = detail.get(f"limit_{kind}")
        if forces and isinstance(limit, int | float):
            judged |= dict.fromkeys(envelope.event.finding.evidence, (float(max(forces)), float(limit)))
    return judged
