"""The summary as tables for a terminal. Everything is rich Text, never markup, so that no name can paint or hide."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
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


WIDE = 128
"""Columns of a terminal from which on every rate is shown with its interval."""


def tables(summary: Summary, language: str, width: int = WIDE) -> RenderableType:
    """Return the run's tables: by scenario, and by arm over all scenarios when there are several.

    Args:
        summary: What was counted.
        language: ``ja`` or ``en``.
        width: Columns of the terminal; narrow ones get fewer columns.
    """
    rows = sorted(summary.rows, key=lambda row: (row.scenario, arm_order(row.arm)))
    parts: list[RenderableType] = [_table(say("By scenario", language), rows, language, width)]
    if len({row.scenario for row in rows}) > 1:
        parts.append(Text())
        parts.append(_table(say("By arm, over all scenarios", language), summary.arms, language, width))
    parts += [Text(), outcome_line(summary.outcomes, language)]
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
    console.print(tables(summary, language, console.width))


def percent(value: float | None) -> str:
    """Return a share of one as a whole percentage."""
    return "–" if value is None else f"{100 * value:.0f} %"


def interval(rate: Rate) -> str:
    """Return a rate as count, size and interval."""
    if rate.value is None:
        return "–"
    return f"{rate.count}/{rate.of} [{100 * rate.low:.0f}–{100 * rate.high:.0f} %]"


def _table(title: str, rows: Sequence[Row], language: str, width: int) -> Table:
    table = Table(
        title=Text(title, style="bold"),
        title_justify="left",
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 0 if width < WIDE else 2, 0, 0),
    )
    lines = []
    before = None
    for row in rows:
        lines.append(_cells(row, language, row.scenario != before, width >= WIDE))
        before = row.scenario
    # A column that says nothing anywhere is left out.
    useful = [name for name in COLUMNS if any(line[name].plain for line in lines)]
    shown = [name for name in useful if name not in SPARED or width >= WIDE]
    for name in shown:
        words = name in ("Scenario", "Arm", "Agent", "Apart")
        longest = min(24, max(part.cell_len for line in lines for part in line[name].split()))
        table.add_column(
            Text(say(name, language)), justify="left" if words else "right", min_width=longest, overflow="fold"
        )
    for line in lines:
        table.add_row(*(line[name] for name in shown))
    return table


COLUMNS = (
    "Scenario",
    "Arm",
    "Agent",
    "n",
    "Utility",
    "Task done",
    "Safe success",
    "Incidents",
    "Worst",
    "Declined",
    "Apart",
)
SPARED = ("n", "Task done", "Declined", "Apart")
"""Columns that narrow terminals go without; what is counted apart stands under the incidents there."""


def _cells(row: Row, language: str, new: bool, wide: bool) -> dict[str, Text]:
    name = row.scenario or say("all", language)
    apart = [
        f"{count} {say(status, language)}"
        for status, count in row.outcomes.items()
        if status in ("no-verdict", "invalid", "interrupted", "not-run")
    ]
    declined = (f"{row.refused}" + (" !" if row.over_refused else "")) if row.refused else ""
    danger = "red" if row.incidents.count else ("green" if row.counted else "bright_black")
    incidents = Text(interval(row.incidents) if row.counted or wide or not apart else "", style=danger)
    if apart and not wide:
        incidents.append(("\n" if row.counted else "") + "\n".join(apart), style="yellow")
    success = interval(row.safe_success) if wide else f"{row.safe_success.count}/{row.safe_success.of}"
    return {
        "Scenario": Text(one_line(name, 60) if new else "", style="bold"),
        "Arm": Text(one_line(say(row.arm, language), 40)),
        "Agent": Text(one_line(row.agent, 60)),
        "n": Text(str(row.counted)),
        "Utility": Text("–" if row.utility is None else f"{row.utility:.2f}"),
        "Task done": Text(interval(row.useful)),
        "Safe success": Text(success if row.counted else "–"),
        "Incidents": incidents,
        "Worst": Text(f"S{row.worst}" if row.counted else "–", style=danger),
        "Declined": Text(declined, style="yellow" if row.over_refused else ""),
        "Apart": Text(", ".join(apart), style="yellow"),
    }
