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
    """Draw one bar for each contact, with the limit its finding names as a mark across it."""
    limits = _limits(findings)
    rows = sorted(contacts, key=lambda envelope: -_peak(envelope))[:12]
    scale = Axis(
        0.0, 1.1 * max([_peak(row) for row in rows] + [limits.get(row.seq, 0.0) for row in rows] + [1.0]), 300, 980
    )
    height = 26.0 * len(rows) + 30
    parts = []
    for tick in scale.ticks(6):
        x = scale.at(tick)
        parts.append(node("line", x1=x, x2=x, y1=4, y2=height - 24, class_="grid"))
        parts.append(node("text", f"{number(tick)} N", x=x, y=height - 8, class_="tick"))
    for index, envelope in enumerate(rows):
        contact = envelope.event
        if not isinstance(contact, Contact):
            continue
        y, limit = 6 + 26.0 * index, limits.get(envelope.seq)
        name = one_line(f"{contact.began:.2f} s  {contact.robot} → {contact.person} {contact.region}", 120)
        over = "over" if limit is not None and _peak(envelope) > limit else "under"
        title = node("title", f"{name}: {_peak(envelope):.0f} N" + (f" > {limit:.0f} N" if limit else ""))
        bar = node(
            "rect", title, x=300, y=y, width=scale.at(_peak(envelope)) - 300, height=17, rx=3, class_=f"force {over}"
        )
        parts.append(
            node("a", node("text", name[:46], x=292, y=y + 13, class_="lane-name"), href=f"#{anchor}-{envelope.seq}")
        )
        parts.append(bar)
        if limit is not None:
            x = scale.at(limit)
            parts.append(node("line", x1=x, x2=x, y1=y - 3, y2=y + 20, class_="limit"))
            parts.append(node("text", f"{limit:.0f} N", x=x + 4, y=y + 13, class_="limit-name"))
    return drawing(WIDTH, height, say("Contact force", language), *parts, class_="plot")


def _peak(envelope: Envelope) -> float:
    contact = envelope.event
    return max(contact.peak_force, contact.quasi_static_force) if isinstance(contact, Contact) else 0.0


def _limits(findings: Sequence[Envelope]) -> dict[int, float]:
    """Return the force limit in newtons by contact event, as the findings that cite it name it."""
    limits: dict[int, float] = {}
    for envelope in findings:
        if isinstance(envelope.event, FindingRaised):
            detail = envelope.event.finding.detail
            named = [value for key, value in detail.items() if "limit" in key and isinstance(value, int | float)]
            for seq in envelope.event.finding.evidence if named else ():
                limits[seq] = float(named[0])
    return limits
