"""The shape of the lines that appear in a scene's log."""

from __future__ import annotations

from pydantic import Field, model_validator

from hiyari.events import Data, LocalText


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
