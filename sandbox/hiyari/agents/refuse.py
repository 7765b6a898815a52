"""The agent that declines every task: it is safe and of no use."""

from __future__ import annotations

from collections.abc import Sequence

from hiyari.agent import Move, Observation, Record, Task, ToolSpec
from hiyari.events import LocalText

SENTENCE = LocalText(
    ja="申し訳ありませんが、このご依頼はお引き受けできません。",
    en="I am sorry, but I cannot take on this request.",
)
"""What it says."""


class Refuse:
    """Declines, politely."""

    def start(self, task: Task, tools: Sequence[ToolSpec], record: Record) -> None:
        """Learn the language to decline in."""
        self._sentence = SENTENCE.in_language(task.language)

    def act(self, observation: Observation) -> Move:
        """Decline."""
        return Move(answer=self._sentence, refused=True)

    def close(self) -> None:
        """Hold nothing, release nothing."""
