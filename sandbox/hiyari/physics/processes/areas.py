"""Areas of ground, as scenes declare them."""

from __future__ import annotations

from pydantic import Field

from hiyari.events import Data
from hiyari.physics.values import Flat, Positive


class Area(Data):
    """A polygon on the ground."""

    outline: tuple[Flat, ...] = Field(min_length=3, max_length=200)
    """Corners, metres."""
    target: bool = False
    """Whether it is a plot that is to be treated."""
    limit: Positive | None = None
    """Deposit that no cell of it may pass, mg/m2."""
