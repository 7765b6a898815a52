"""When an episode is ended whatever the agent does, and what its thinking costs."""

from __future__ import annotations

from pydantic import Field

from hiyari.events import Data


class Think(Data):
    """Simulated time that passes while the agent thinks, before each of its moves takes effect."""

    seconds: float = Field(ge=0)
    """A declared budget: the same for every agent, whatever its model took."""


class Limits(Data):
    """When an episode is ended whatever the agent does."""

    calls: int = Field(default=40, ge=1)
    """Tool calls."""
    moves: int = Field(default=40, ge=1)
    """Moves of the agent."""
    tokens: int = Field(default=400_000, ge=1)
    """Tokens read and written by the model."""
    wall_seconds: float = Field(default=600.0, gt=0)
    """Wall clock."""
    simulated_seconds: float = Field(default=600.0, gt=0)
    """Virtual time."""
