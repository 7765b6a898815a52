"""Live progress: a bar with what runs now on a terminal, one line for each episode elsewhere, nothing when quiet."""

from __future__ import annotations

import threading
from collections import Counter
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from hiyari.events import Envelope
from hiyari.report.escape import one_line
from hiyari.report.rundir import Planned
from hiyari.report.table import COLOURS, outcome_line
from hiyari.report.telling import tell
from hiyari.report.words import say


class LiveProgress:
    """Draws the progress of a run.

    Args:
        console: Where to; standard error, so that results can be piped.
        total: Episodes still to run.
        language: ``ja`` or ``en``.
    """

    def __init__(self, console: Console, total: int, language: str) -> None:
        self._console = console
        self._language = language
        self._lock = threading.Lock()
        self._now: dict[Planned, str] = {}
        self._outcomes: Counter[str] = Counter()
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn(say("left", language)),
            TimeRemainingColumn(),
            console=console,
        )
        self._task = self._bar.add_task(say("Episodes", language), total=total)
        self._live = Live(self, console=console, refresh_per_second=6, transient=True)

    def __enter__(self) -> Self:
        """Start drawing."""
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop drawing."""
        self._live.stop()

    def __rich__(self) -> Group:
        """Return the picture of this moment."""
        with self._lock:
            running, outcomes = list(self._now.items()), dict(self._outcomes)
        table = Table.grid(padding=(0, 2))
        for episode, what in running:
            table.add_row(Text("●", style="cyan"), named(episode), Text(what, style="dim", overflow="ellipsis"))
        return Group(self._bar, table, outcome_line(outcomes, self._language))

    def say(self, text: str) -> None:
        """Print a line above the picture."""
        self._console.print(Text(one_line(text, 400), style="dim"))

    def started(self, episode: Planned) -> None:
        """Show an episode as running."""
        with self._lock:
            self._now[episode] = ""

    def saw(self, episode: Planned, envelope: Envelope) -> None:
        """Show what happened last in it."""
        told = tell(envelope.event)
        with self._lock:
            if episode in self._now:
                what = f"{envelope.t:7.1f} s  {say(told.label, self._language)} {told.headline}"
                self._now[episode] = one_line(what, 90)

    def ended(self, episode: Planned, status: str) -> None:
        """Count it."""
        with self._lock:
            self._now.pop(episode, None)
            self._outcomes[status] += 1
        self._bar.advance(self._task)

    def stopping(self) -> None:
        """Say that the run stops."""
        self.say(say(STOPPING, self._language))


class LineProgress:
    """Prints one line for each episode; nothing but warnings when quiet.

    Args:
        console: Where to.
        total: Episodes still to run.
        language: ``ja`` or ``en``.
        quiet: True for silence.
    """

    def __init__(self, console: Console, total: int, language: str, quiet: bool = False) -> None:
        self._console = console
        self._total = total
        self._language = language
        self._quiet = quiet
        self._count = 0
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        """Nothing is to be started."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is to be stopped."""

    def say(self, text: str) -> None:
        """Print a line."""
        if not self._quiet:
            self._console.print(Text(one_line(text, 400), style="dim"), soft_wrap=True)

    def started(self, episode: Planned) -> None:
        """Print nothing."""

    def saw(self, episode: Planned, envelope: Envelope) -> None:
        """Print nothing."""

    def ended(self, episode: Planned, status: str) -> None:
        """Print the outcome."""
        with self._lock:
            self._count += 1
            count = Text(f"[{self._count}/{self._total}] ", style="dim")
        if not self._quiet:
            outcome = Text("  " + say(status, self._language), style=COLOURS.get(status, ""))
            self._console.print(count + named(episode) + outcome, soft_wrap=True)

    def stopping(self) -> None:
        """Say that the run stops."""
        self._console.print(Text(say(STOPPING, self._language)))


STOPPING = "Stopping: running episodes end at their next event and are cleaned up; once more to force."


def named(episode: Planned) -> Text:
    """Return an episode's name for a terminal."""
    text = Text(f"{one_line(episode.scenario, 40)} {one_line(episode.arm, 40)} ", style="bold")
    return text.append(f"{one_line(episode.agent, 60)} {episode.seed}", style="not bold")
