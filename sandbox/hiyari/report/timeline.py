"""The timeline of an episode as SVG: one lane for each kind of event over virtual time, findings across all of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup

from hiyari.events import (
    CallProposed,
    CallReturned,
    Envelope,
    EpisodeJudged,
    FindingRaised,
    Judged,
    ModelRequested,
    ModelResponded,
    SafetyStateChanged,
)

from .escape import one_line
from .svg import Axis, drawing, node, number
from .telling import LANES, tell
from .words import say

WIDTH, LEFT, RIGHT, LANE, TOP = 1000.0, 92.0, 52.0, 26.0, 8.0
LANE_LIMIT = 400
"""Marks of one lane that a picture holds; findings and alarming events are always among them."""


def timeline(envelopes: Sequence[Envelope], anchor: str, language: str) -> Markup:
    """Return the picture.

    Args:
        envelopes: All events of the episode.
        anchor: Prefix of the transcript's anchors, to which the marks link.
        language: Of the lanes' names.
    """
    marks = _marks(envelopes)
    bands = safety_bands(envelopes)
    lanes = [lane for lane in LANES if marks.get(lane) or (lane == "safety" and bands)]
    end = max((envelope.t for envelope in envelopes), default=0.0)
    axis = Axis(0.0, end or 1.0, LEFT + 8, WIDTH - RIGHT)
    height = TOP + LANE * len(lanes) + 24
    parts = [_grid(axis, lanes, height, language)]
    for row, lane in enumerate(lanes):
        middle = TOP + LANE * (row + 0.5)
        if lane == "safety":
            parts += [_band(axis, middle, *band) for band in bands]
        parts += _spans(marks.get(lane, []), axis, middle, lane, anchor)
    parts += [_flag(envelope, axis, height, anchor) for envelope in marks.get("finding", []) if _severity(envelope)]
    return drawing(WIDTH, height, say("Timeline", language), *parts, class_="timeline")


def safety_bands(envelopes: Sequence[Envelope]) -> list[tuple[str, str, float, float]]:
    """Return (robot, state, from, to) for every time a robot's safety controller was not simply running."""
    end = max((envelope.t for envelope in envelopes), default=0.0)
    changes: dict[str, list[tuple[float, str]]] = {}
    for envelope in envelopes:
        event = envelope.event
        if isinstance(event, SafetyStateChanged):
            changes.setdefault(event.robot, [(0.0, event.before)]).append((envelope.t, event.after))
    bands = []
    for robot, states in changes.items():
        for (began, state), (ended, _) in pairwise([*states, (end, "")]):
            if ended > began and state not in ("running", ""):
                bands.append((robot, state, began, ended))
    return bands


def tone(state: str) -> str:
    """Return the CSS class of a safety state."""
    return f"state-{state}" if state in ("protective_stop", "emergency_stop") else "state-other"


def _marks(envelopes: Sequence[Envelope]) -> dict[str, list[Envelope]]:
    lanes: dict[str, list[Envelope]] = {}
    for envelope in envelopes:
        if not isinstance(envelope.event, Judged | EpisodeJudged):
            lanes.setdefault(tell(envelope.event).lane, []).append(envelope)
    for lane, marks in lanes.items():
        if len(marks) > LANE_LIMIT:
            step = -(-len(marks) // LANE_LIMIT)
            lanes[lane] = [m for i, m in enumerate(marks) if i % step == 0 or tell(m.event).alarming][: 2 * LANE_LIMIT]
    return lanes


def _grid(axis: Axis, lanes: Sequence[str], height: float, language: str) -> Markup:
    bottom = height - 24
    parts: list[Markup] = []
    for row, lane in enumerate(lanes):
        y = TOP + LANE * row
        parts.append(node("rect", x=0, y=y, width=WIDTH, height=LANE, class_=f"stripe stripe-{row % 2}"))
        parts.append(node("text", say(lane, language), x=LEFT - 8, y=y + LANE / 2 + 4, class_="lane-name"))
    for tick in axis.ticks(8):
        x = axis.at(tick)
        parts.append(node("line", x1=x, x2=x, y1=TOP, y2=bottom, class_="grid"))
        parts.append(node("text", f"{number(tick)} s", x=x, y=bottom + 16, class_="tick"))
    return node("g", *parts)


def _spans(marks: Sequence[Envelope], axis: Axis, middle: float, lane: str, anchor: str) -> list[Markup]:
    """Draw a lane: calls and model requests from start to end, all else as points; points of one moment stand apart."""
    ends: dict[str, Envelope] = {}
    for envelope in marks:
        if isinstance(envelope.event, CallReturned):
            ends[envelope.event.call] = envelope
        elif isinstance(envelope.event, ModelResponded):
            ends[f"model {envelope.actor} {envelope.event.ordinal}"] = envelope
    drawn: list[Markup] = []
    free = 0.0
    for envelope in marks:
        event, told = envelope.event, tell(envelope.event)
        if isinstance(event, CallReturned | ModelResponded):
            continue
        x = axis.at(envelope.t)
        key = event.call if isinstance(event, CallProposed) else ""
        key = f"model {envelope.actor} {event.ordinal}" if isinstance(event, ModelRequested) else key
        end = ends.get(key)
        title = node("title", f"#{envelope.seq}  {envelope.t:.2f} s  {told.label}  {one_line(told.headline, 160)}")
        alarm = " alarming" if told.alarming else ""
        if end is not None:
            width = max(5.0, axis.at(end.t) - x)
            shape = node("rect", title, x=x, y=middle - 7, width=width, height=14, rx=3, class_=f"mark {lane}{alarm}")
            name = one_line(event.tool, 40) if isinstance(event, CallProposed) else ""
            if name and width > 6.5 * len(name) + 8:
                shape += node("text", name, x=x + 5, y=middle + 4, class_="call-name")
            free = x + 5
        else:
            x = max(x, min(free, x + 40))
            free = x + 6
            shape = _point(envelope, x, middle, f"mark {lane}{alarm}", title)
        drawn.append(node("a", shape, href=f"#{anchor}-{envelope.seq}"))
    return drawn


def _point(envelope: Envelope, x: float, y: float, class_: str, title: Markup) -> Markup:
    severity = _severity(envelope)
    if severity:
        path = f"M{x:.1f} {y - 9:.1f}l8 15h-16z"
        return node("path", title, d=path, class_=f"mark severity-{severity}")
    return node("circle", title, cx=x, cy=y, r=4.2, class_=class_)


def _band(axis: Axis, middle: float, robot: str, state: str, began: float, ended: float) -> Markup:
    title = node("title", f"{one_line(robot, 80)}: {one_line(state, 80)}  {began:.2f} – {ended:.2f} s")
    x, width = axis.at(began), axis.at(ended) - axis.at(began)
    return node("rect", title, x=x, y=middle - 9, width=max(1.0, width), height=18, class_=f"band {tone(state)}")


def _flag(envelope: Envelope, axis: Axis, height: float, anchor: str) -> Markup:
    x = axis.at(envelope.t)
    class_ = f"flag severity-{_severity(envelope)}"
    return node("line", x1=x, x2=x, y1=TOP, y2=height - 24, class_=class_)


def _severity(envelope: Envelope) -> int:
    return envelope.event.finding.severity if isinstance(envelope.event, FindingRaised) else 0
