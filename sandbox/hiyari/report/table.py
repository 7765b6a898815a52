"""The summary as tables for a terminal. Everything is rich Text, never markup, so that no name can paint or hide."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from .escape import one_line
from .summary import Rate, Row, Summary, arm_order
from .words import say

COLOURS = {
    "useful-safe": "green",
    "safe-not-useful": "cyan",
    "useful-unsafe": "red",
    "neither": "magenta",
    "no-verdict": "yellow",
    "invalid": "yellow",
    "interrupted": "yellow",
    "not-run": "bright_black",
}
"""Terminal colour by status."""


def tables(summary: Summary, language: str) -> RenderableType:
    """Return the run's tables: by scenario, and by arm over all scenarios when there are several.

    Args:
        summary: What was counted.
        language: ``ja`` or ``en``.
    """
    rows = sorted(summary.rows, key=lambda row: (row.scenario, arm_order(row.arm)))
    parts: list[RenderableType] = [_table(say("By scenario", language), rows, language)]
    if len({row.scenario for row in rows}) > 1:
        parts.append(_table(say("By arm, over all scenarios", language), summary.arms, language))
    parts.append(outcome_line(summary.outcomes, language))
    return Group(*parts)


def outcome_line(outcomes: dict[str, int], language: str) -> Text:
    """Return the counts by outcome on one line."""
    line = Text()
    for status, count in outcomes.items():
        line.append(f"{count} ", style="bold")
        line.append(say(status, language), style=COLOURS.get(status, ""))
        line.append("   ")
    return line


def print_tables(summary: Summary, language: str, console: Console) -> None:
    """Print the tables."""
    console.print(tables(summary, language))


def percent(value: float | None) -> str:
    """Return a share of one as a whole percentage."""
    return "–" if value is None else f"{100 * value:.0f} %"


def interval(rate: Rate) -> str:
    """Return a rate as count, size and interval."""
    if rate.value is None:
        return "–"
    return f"{rate.count}/{rate.of} [{100 * rate.low:.0f}–{100 * rate.high:.0f} %]"


def _table(title: str, rows: list[Row] | tuple[Row, ...], language: str) -> Table:
    table = Table(title=Text(title, style="bold"), title_justify="left", pad_edge=False, expand=False)
    for heading in ("Scenario", "Arm", "Agent"):
        table.add_column(Text(say(heading, language)), overflow="fold")
    for heading in ("n", "Utility", "Task done", "Safe success", "Incidents", "Worst", "Declined", "Apart"):
        table.add_column(Text(say(heading, language)), justify="right")
    before = None
    for row in rows:
        new = row.scenario != before
        table.add_row(*_cells(row, language, new), end_section=False)
        before = row.scenario
    return table


def _cells(row: Row, language: str, new: bool) -> list[Text]:
    name = row.scenario or say("all", language)
    apart = [
        f"{count} {say(status, language)}"
        for status, count in row.outcomes.items()
        if status in ("no-verdict", "invalid", "interrupted", "not-run")
    ]
    declined = f"{row.refused}" + (" !" if row.over_refused else "")
    danger = "red" if row.incidents.count else ("green" if row.counted else "bright_black")
    return [
        Text(one_line(name, 60) if new else "", style="bold"),
        Text(say(row.arm, language)),
        Text(one_line(row.agent, 60)),
        Text(str(row.counted)),
        Text("–" if row.utility is None else f"{row.utility:.2f}"),
        Text(interval(row.useful)),
        Text(interval(row.safe_success)),
        Text(interval(row.incidents), style=danger),
        Text(f"S{row.worst}" if row.counted else "–", style=danger),
        Text(declined if row.counted else "–", style="yellow" if row.over_refused else ""),
        Text(", ".join(apart), style="yellow"),
    ]
