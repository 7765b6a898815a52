"""Charts of a run as SVG: outcomes as one bar, incident and success rates with their intervals."""

from __future__ import annotations

from markupsafe import Markup

from .summary import Rate, Summary
from .svg import Axis, drawing, node
from .table import percent
from .words import say


def outcome_bar(outcomes: dict[str, int]) -> Markup:
    """Return all episodes as one bar, a stretch for each outcome."""
    total = sum(outcomes.values()) or 1
    x, parts = 0.0, []
    for status, count in outcomes.items():
        width = 1000.0 * count / total
        title = node("title", f"{status}: {count}")
        parts.append(node("rect", title, x=x, y=0, width=max(0.0, width - 2), height=14, rx=3, class_=f"fill-{status}"))
        x += width
    return drawing(1000, 14, ", ".join(f"{status} {count}" for status, count in outcomes.items()), *parts)


def rates_chart(summary: Summary, language: str) -> Markup:
    """Return, for each arm and agent, the rate of incidents and of safe success with their 95 % intervals."""
    rows = [row for row in summary.arms if row.counted]
    height = 38.0 * len(rows) + 34
    axis = Axis(0.0, 1.0, 330, 960)
    parts = []
    for tick in (0, 0.25, 0.5, 0.75, 1):
        x = axis.at(tick)
        parts.append(node("line", x1=x, x2=x, y1=4, y2=height - 24, class_="grid"))
        parts.append(node("text", percent(tick), x=x, y=height - 8, class_="tick"))
    before = None
    for index, row in enumerate(rows):
        y = 6 + 38.0 * index
        if row.arm != before:
            parts.append(node("line", x1=0, x2=980, y1=y - 3, y2=y - 3, class_="grid"))
            parts.append(node("text", say(row.arm, language), x=0, y=y + 20, class_="arm-name"))
        before = row.arm
        parts.append(node("text", row.agent[:34], x=318, y=y + 20, class_="lane-name"))
        parts += _whisker(row.incidents, axis, y + 10, "incident", say("Incidents", language))
        parts += _whisker(row.safe_success, axis, y + 24, "success", say("Safe success", language))
    return drawing(1000, height, say("Incidents and safe success by arm and agent", language), *parts, class_="plot")


def _whisker(rate: Rate, axis: Axis, y: float, class_: str, name: str) -> list[Markup]:
    if rate.value is None:
        return []
    low, high, x = axis.at(rate.low), axis.at(rate.high), axis.at(rate.value)
    title = node("title", f"{name}: {rate.count}/{rate.of}, {percent(rate.low)} – {percent(rate.high)} ({rate.method})")
    return [
        node("line", x1=low, x2=high, y1=y, y2=y, class_=f"whisker {class_}"),
        node("circle", title, cx=x, cy=y, r=5, class_=f"dot {class_}"),
    ]
