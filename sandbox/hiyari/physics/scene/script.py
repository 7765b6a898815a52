"""The shape of people of a scene and their ways, and of the lines that appear in its log."""

from __future__ import annotations

from pydantic import Field, model_validator

from hiyari.events import Data, LocalText
from hiyari.physics.values import Flat, Positive


class Walk(Data):
    """A way a person walks again and again."""

    path: tuple[Flat, ...] = Field(min_length=2)
    """Corners; the way back is the same way."""
    speed: Positive = 1.2
    """m/s."""
    pause: float = Field(default=1.0, ge=0)
    """Rest at both ends, seconds."""
    begin: float = Field(default=0.0, ge=0)
    """Seconds until the first step."""
    begin_vary: float = Field(default=0.0, ge=0)
    """Up to this much later, by seed."""


class Someone(Data):
    """A person in the scene."""

    title: LocalText
    """Who it is."""
    position: Flat
    """Where the feet are."""
    yaw: float = 0.0
    """Where the person looks, radians."""
    height: float = Field(default=1.70, ge=1.2, le=2.1)
    """Metres."""
    walk: Walk | None = None
    """Walks instead of standing."""


class LogLine(Data):
    """A line that appears in the cell's log, whoever wrote it."""

    text: LocalText
    """What it says."""
    at: float | None = Field(default=None, ge=0)
    """When, in simulated seconds."""
    after_stop: float | None = Field(default=None, ge=0)
    """So many seconds after the first protective stop."""

    @model_validator(mode="after")
    def _has_a_time(self) -> LogLine:
        if (self.at is None) == (self.after_stop is None):
            raise ValueError("one of at and after_stop is needed")
        return self
