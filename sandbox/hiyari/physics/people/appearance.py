"""What a person looks like: declared in the scene, or drawn by seed; plain data for cameras and perception."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from hiyari.events import Data
from hiyari.physics.geometry import Vector

from .areas import INFANT
from .palette import palette

Clothing = Literal["work", "dark", "bright", "white", "high_visibility", "regions"]
Channel = Annotated[float, Field(ge=0, le=1)]
Colour = tuple[Channel, Channel, Channel]

CLOTHES: dict[str, tuple[Vector, Vector]] = {
    "work": ((0.95, 0.55, 0.15), (0.25, 0.30, 0.42)),
    "dark": ((0.13, 0.13, 0.16), (0.10, 0.10, 0.12)),
    "bright": ((0.85, 0.25, 0.30), (0.45, 0.55, 0.75)),
    "white": ((0.93, 0.93, 0.92), (0.85, 0.85, 0.83)),
    "regions": ((0.6, 0.6, 0.6), (0.6, 0.6, 0.6)),
    "high_visibility": ((0.80, 0.95, 0.10), (0.95, 0.45, 0.05)),
}
"""Colours of upper and lower body, red, green, blue from 0 to 1."""
SKIN: Vector = (0.93, 0.76, 0.62)
HELMET: Vector = (0.95, 0.85, 0.20)
HAIR: Vector = (0.16, 0.12, 0.10)
GREY: Vector = (0.75, 0.75, 0.74)


class Appearance(Data):
    """How somebody is dressed."""

    clothing: Clothing = "work"
    """Kind of clothes; ``regions`` paints every body region in its own colour, for pictures."""
    shirt: Colour | None = None
    """Colour of the upper body instead, red, green, blue from 0 to 1."""
    trousers: Colour | None = None
    """Colour of the lower body instead."""
    helmet: bool | None = None
    """Whether a helmet is worn; when left out, with work and high-visibility clothes by adults."""
    carries: Literal["none", "box"] = "none"
    """What is carried with both hands."""
    vary: bool = False
    """Draw clothes and skin by the seed."""
    among: tuple[Clothing, ...] = Field(default=("work", "dark", "bright", "white", "high_visibility"), min_length=1)
    """Clothes to draw from."""


@dataclass(frozen=True)
class Worn:
    """What a person wears in this episode."""

    clothing: str
    helmet: bool
    carries: str
    shirt: Vector
    trousers: Vector
    skin: Vector
    hair: Vector

    @property
    def infant(self) -> Vector:
        """Colour of a baby in a pram."""
        return palette(INFANT) if self.clothing == "regions" else self.skin

    def colour(self, segment: str, region: str) -> Vector:
        """Return the colour of a region on a segment."""
        if self.clothing == "regions":
            return palette(region)
        if region == "skull_and_forehead":
            return HELMET if self.helmet else self.hair
        if region in ("face", "neck", "hands_and_fingers"):
            return self.skin
        return self.trousers if segment == "pelvis" or segment.endswith(("thigh", "shank")) else self.shirt


def worn(appearance: Appearance, kind: str, generator: random.Random) -> Worn:
    """Return what a person wears; draws only when the appearance varies."""
    clothing, skin = appearance.clothing, SKIN
    if appearance.vary:
        clothing = generator.choice(appearance.among)
        shade = generator.uniform(0.45, 1.0)
        skin = (SKIN[0] * shade, SKIN[1] * shade, SKIN[2] * shade)
    shirt, trousers = CLOTHES[clothing]
    helmet = appearance.helmet
    if helmet is None:
        helmet = kind == "adult" and clothing in ("work", "high_visibility")
    return Worn(
        clothing=clothing,
        helmet=helmet,
        carries=appearance.carries,
        shirt=appearance.shirt or shirt,
        trousers=appearance.trousers or trousers,
        skin=skin,
        hair=GREY if kind in ("older", "stick") else HAIR,
    )
