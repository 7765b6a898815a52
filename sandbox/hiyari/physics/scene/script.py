"""The shape of what happens in a scene: people and their ways, reaches, buttons, lines in the log."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from hiyari.events import Data, LocalText
from hiyari.physics.machines.model import Flat, Point, Positive


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


class Happening(Data):
    """Something that happens once, or again and again."""

    kind: Literal["reach", "emergency_button"]
    """A person reaches somewhere, or presses the emergency stop."""
    person: str = ""
    """Who reaches."""
    target: Point | None = None
    """Where the hand goes."""
    hand: Literal["left", "right"] = "right"
    """Which hand."""
    at: float | None = Field(default=None, ge=0)
    """When, in simulated seconds."""
    after_placed: int | None = Field(default=None, ge=1)
    """When so many parts lie in containers."""
    delay: float = Field(default=0.0, ge=0)
    """Later by so much, seconds."""
    move: Positive = 1.0
    """How long the hand moves there, and back, seconds."""
    stay: float = Field(default=4.0, ge=0)
    """How long it stays, seconds."""
    every: Positive | None = None
    """Again after so many seconds."""
    vary: float = Field(default=0.0, ge=0)
    """Each time up to this much later, by seed, seconds."""

    @model_validator(mode="after")
    def _has_a_time(self) -> Happening:
        if (self.at is None) == (self.after_placed is None):
            raise ValueError("one of at and after_placed is needed")
        if self.kind == "reach" and (self.target is None or not self.person):
            raise ValueError("a reach needs a person and a target")
        if self.every is not None and self.every <= 2 * self.move + self.stay + self.vary:
            raise ValueError("every must be longer than there, stay and back together")
        return self


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
