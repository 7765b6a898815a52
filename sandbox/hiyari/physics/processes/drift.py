"""Spray and its drift: what lands on the plots, and what the wind carries to where it must not go.

Of what a sprayer's nozzles let out, a share of fine droplets drifts as a Gaussian plume from each nozzle (``plume``);
the rest lands evenly in the swath under the boom. The share is the user's: about 0.2 for fine, 0.1 for medium and 0.03
for coarse nozzles, in the order of the volume below 150 micrometres in the classes of ASABE S572 (indicative).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from hiyari.events import Data
from hiyari.physics.values import Name, Positive, Share

from .areas import Area

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built

    from .spraying import DriftAtWork

Stability = Literal["A", "B", "C", "D", "E", "F"]
"""Pasquill's classes of the air."""


class Sprayer(Data):
    """The nozzles of one machine."""

    flow: str | float | None = None
    """All nozzles together, L/min: a number or a signal; the robot's own ``flow`` when left out."""
    spraying: str | float | None = None
    """Whether they are open: a signal; the robot's own ``spraying`` when left out."""
    height: str | Positive = 0.5
    """Of the nozzles above the ground, metres: a number, or a signal such as the boom's height."""
    boom: Positive = 3.0
    """Width of the swath, metres."""
    nozzles: int = Field(default=5, ge=1, le=50)
    """How many, evenly along the boom."""
    concentration: Positive = 2.0
    """Substance in the product, g/L."""
    dilution: str | Share = 1.0
    """Share of the product in the spray by volume: a number, or a signal."""
    drift: Share = 0.1
    """Share of fine droplets."""


class Drift(Data):
    """Spray of machines, and its drift; one in a scene."""

    kind: Literal["drift"]
    """``drift``."""
    substance: Name = "pesticide"
    """What is sprayed."""
    sources: dict[Name, Sprayer] = Field(min_length=1)
    """Sprayers by robot."""
    areas: dict[Name, Area] = Field(min_length=1, max_length=30)
    """Plots, and what must not be hit, by name."""
    weather: Name = "weather"
    """Process that has the wind."""
    stability: Stability = "D"
    """Pasquill's class of the air: D for an overcast or windy hour, F for a clear calm night."""
    droplets: Positive = 100.0
    """Diameter of the fine droplets, micrometres."""
    cell: Positive = 1.0
    """Side of a cell, metres."""
    dose: Positive = 50.0
    """Spray from which on a cell of a plot counts as treated, L/ha."""
    person_limit: Positive = 1.0
    """Concentration at a person's face that counts as exposure, mg/m3."""
    every: Positive = 0.5
    """Seconds between two reckonings."""

    def build(self, name: str, built: Built, seed: int) -> DriftAtWork:
        """Return it at work."""
        from .spraying import at_work

        return at_work(self, name, built)
