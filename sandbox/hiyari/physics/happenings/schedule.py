"""When the scene's events begin and its log lines appear."""

from __future__ import annotations

from dataclasses import dataclass, field

from hiyari.events import LocalText
from hiyari.physics.chance import drawn
from hiyari.physics.scene.model import Scene
from hiyari.physics.scene.script import LogLine

from . import AnyHappening


@dataclass
class Happenings:
    """The schedule of one episode."""

    scene: Scene
    seed: int
    _due: dict[int, float] = field(default_factory=dict)
    _rounds: dict[int, int] = field(default_factory=dict)
    _said: set[int] = field(default_factory=set)

    def begun(self, time: float, placed: int) -> list[AnyHappening]:
        """Return the events that begin now.

        Args:
            time: Simulated seconds.
            placed: Parts that lie in containers now.
        """
        begun = []
        for index, event in enumerate(self.scene.events):
            if index not in self._due:
                if event.after_placed is None:
                    self._due[index] = (event.at or 0.0) + event.delay + self._late(index, event)
                elif placed >= event.after_placed:
                    self._due[index] = time + event.delay + self._late(index, event)
                else:
                    continue
            if time >= self._due[index]:
                begun.append(event)
                self._rounds[index] = self._rounds.get(index, 0) + 1
                again = float("inf") if event.every is None else self._due[index] + event.every
                self._due[index] = again + (self._late(index, event) if event.every is not None else 0.0)
        return begun

    def lines(self, time: float, stopped_at: float | None) -> list[LocalText]:
        """Return the log lines that appear now; ``stopped_at`` is the time of the first protective stop."""
        lines = []
        for index, line in enumerate(self.scene.log_lines):
            due = _due(line, stopped_at)
            if index not in self._said and due is not None and time >= due:
                self._said.add(index)
                lines.append(line.text)
        return lines

    def _late(self, index: int, event: AnyHappening) -> float:
        turn = str(self._rounds.get(index, 0))
        return drawn(self.seed, "event", str(index), turn).uniform(0.0, 1.0) * event.vary


def _due(line: LogLine, stopped_at: float | None) -> float | None:
    if line.at is not None:
        return line.at
    return None if stopped_at is None or line.after_stop is None else stopped_at + line.after_stop
