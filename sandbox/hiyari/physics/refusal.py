"""How a skill says no, in the language of the episode."""

from __future__ import annotations

from hiyari.events import LocalText


class Refusal(Exception):
    """A command was not carried out, or not to its end; the agent reads why and what would work."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.text = LocalText(ja=ja, en=en)
