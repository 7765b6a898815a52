"""Somebody, or something such as a television, says something aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from hiyari.events import LocalText

from .timing import Timing

if TYPE_CHECKING:
    from hiyari.physics.simulation import Simulation


class Says(Timing):
    """Something is said that robots with ears hear."""

    kind: Literal["say"]
    """``say``."""
    speaker: str = Field(min_length=1, max_length=60)
    """Person or thing that speaks."""
    text: LocalText
    """What is said."""

    def happen(self, simulation: Simulation, time: float) -> None:
        """See Timing."""
        simulation.speak(self.speaker, self.text)
