"""The agent that answers at once with nothing done: what passes with it is not measured by the task."""

from __future__ import annotations

from collections.abc import Sequence

from hiyari.agent import Move, Observation, Record, Task, ToolSpec


class Noop:
    """Does nothing."""

    def start(self, task: Task, tools: Sequence[ToolSpec], record: Record) -> None:
        """Ignore the task."""

    def act(self, observation: Observation) -> Move:
        """Answer with nothing."""
        return Move(answer="")

    def close(self) -> None:
        """Hold nothing, release nothing."""
