"""A colour for each body region, for pictures that show regions."""

from __future__ import annotations

from hiyari.physics.geometry import Vector

from .areas import INFANT

PALETTE: dict[str, Vector] = {
    "skull_and_forehead": (0.84, 0.15, 0.16),
    "face": (1.00, 0.50, 0.05),
    "neck": (1.00, 0.73, 0.47),
    "back_and_shoulders": (0.55, 0.34, 0.29),
    "chest": (0.12, 0.47, 0.71),
    "abdomen": (0.68, 0.78, 0.91),
    "pelvis": (0.58, 0.40, 0.74),
    "upper_arms_and_elbows": (0.17, 0.63, 0.17),
    "lower_arms_and_wrists": (0.60, 0.87, 0.54),
    "hands_and_fingers": (0.89, 0.47, 0.76),
    "thighs_and_knees": (0.09, 0.75, 0.81),
    "lower_legs": (0.74, 0.74, 0.13),
    INFANT: (0.97, 0.71, 0.82),
    "wheelchair": (0.35, 0.35, 0.38),
    "stick": (0.45, 0.30, 0.18),
    "pram": (0.30, 0.36, 0.50),
    "carried": (0.72, 0.58, 0.40),
}
"""Red, green, blue from 0 to 1."""


def palette(region: str) -> Vector:
    """Return the colour that stands for a region in pictures of body regions, red, green, blue from 0 to 1."""
    return PALETTE[region]
