"""Kinds of people as data: stature, mass, proportions and walking speed, with their sources.

Lengths are shares of stature. Adults: Drillis and Contini, *Body Segment Parameters* (New York University, 1966), as
reproduced in Winter, *Biomechanics and Motor Control of Human Movement*. Masses: means of the two sexes of de Leva,
*Adjustments to Zatsiorsky-Seluyanov's segment inertia parameters*, J. Biomechanics 29 (1996), scaled to sum to one.
Children: mean of both sexes aged 6 in the School Health Statistics Survey of Japan of 2019 (Japan Statistical Yearbook,
table 24-2). What is an approximation of our own is marked so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

KindName = Literal["adult", "older", "child", "wheelchair", "stick", "pram"]


@dataclass(frozen=True)
class Proportions:
    """Lengths as shares of stature."""

    knee: float = 0.285
    """Height of the knee above the floor."""
    hip: float = 0.530
    """Height of the hip joint above the floor."""
    shoulder: float = 0.818
    """Height of the shoulder joint above the floor."""
    shoulder_out: float = 0.112
    """From the middle to a shoulder joint; 0.129 in the source, which reaches to the outer edge of the arm."""
    hip_out: float = 0.0565
    """From the middle to a hip joint: mean of 0.191 of hip breadth less the thigh, an approximation."""
    upper_arm: float = 0.186
    forearm: float = 0.146
    hand: float = 0.108
    head: float = 1.0
    """Size of the head as a multiple of the adult's at the same stature."""
    girth: float = 1.0
    """Thickness of trunk and limbs as a multiple of the adult's at the same stature."""


ADULT_MASSES = {
    "head": 0.0681,
    "trunk": 0.3121,
    "pelvis": 0.1182,
    "upper_arm": 0.0263,
    "lower_arm": 0.01505,
    "hand": 0.0058,
    "thigh": 0.1447,
    "shank": 0.0590,
}
"""Shares of body mass; arms, hands, thighs and shanks (with feet) for each side. de Leva 1996, men and women: head
6.94 and 6.68, trunk without its lower part 32.29 and 30.10, lower trunk 11.17 and 12.47, upper arm 2.71 and 2.55,
forearm 1.62 and 1.38, hand 0.61 and 0.56, thigh 14.16 and 14.78, shank with foot 5.70 and 6.10 percent."""

CHILD_MASSES = {**ADULT_MASSES, "head": 0.14, "trunk": 0.31, "pelvis": 0.11, "thigh": 0.115, "shank": 0.055}
"""Approximation of our own: a larger head and lighter legs; scaled to sum to one with the rest."""

PAIRED = ("upper_arm", "lower_arm", "hand", "thigh", "shank")


@dataclass(frozen=True)
class Kind:
    """A kind of person."""

    stature: float
    """Metres, when the scene gives none."""
    lowest: float
    """Least stature that is accepted, metres."""
    highest: float
    body_mass_index: float
    """kg/m2, which gives the mass when the scene gives none."""
    speed: float
    """Walking speed when the scene gives none, m/s."""
    proportions: Proportions
    masses: Mapping[str, float]
    source: str
    """Where stature, mass and speed are from."""
    stoop: float = 0.0
    """Forward lean of the upper body when at rest, radians."""
    sits: bool = False
    """True for who always sits."""
    aid: Literal["", "wheelchair", "stick", "pram"] = ""
    """What moves with the person."""
    validated: bool = True
    """False where the limits of contact were never validated for such a person."""


ADULT = Proportions()

KINDS: dict[KindName, Kind] = {
    "adult": Kind(
        stature=1.70,
        lowest=1.35,
        highest=2.10,
        body_mass_index=22.5,
        speed=1.34,
        proportions=ADULT,
        masses=ADULT_MASSES,
        source="stature 1.70 m and index 22.5: plain values; speed: mean of Helbing and Molnar 1995",
    ),
    "older": Kind(
        stature=1.55,
        lowest=1.30,
        highest=1.95,
        body_mass_index=22.5,
        speed=0.95,
        proportions=ADULT,
        masses=ADULT_MASSES,
        source="approximation: shorter, stooped by 12 degrees and slower than the adult",
        stoop=0.21,
    ),
    "child": Kind(
        stature=1.16,
        lowest=0.90,
        highest=1.50,
        body_mass_index=15.7,
        speed=1.0,
        proportions=Proportions(knee=0.265, hip=0.49, shoulder=0.79, shoulder_out=0.108, head=1.28, girth=1.05),
        masses=CHILD_MASSES,
        source="stature 116.5 and 115.6 cm, mass 21.4 and 20.9 kg at age 6: School Health Statistics Survey 2019; "
        "proportions and speed are approximations",
        validated=False,
    ),
    "wheelchair": Kind(
        stature=1.65,
        lowest=1.30,
        highest=2.00,
        body_mass_index=22.5,
        speed=1.0,
        proportions=ADULT,
        masses=ADULT_MASSES,
        source="an adult; speed and the chair (0.64 m wide, wheels of 0.60 m) are approximations",
        sits=True,
        aid="wheelchair",
    ),
    "stick": Kind(
        stature=1.55,
        lowest=1.30,
        highest=1.95,
        body_mass_index=22.5,
        speed=0.7,
        proportions=ADULT,
        masses=ADULT_MASSES,
        source="approximation: as the older person, slower",
        stoop=0.21,
        aid="stick",
    ),
    "pram": Kind(
        stature=1.62,
        lowest=1.35,
        highest=2.10,
        body_mass_index=22.5,
        speed=1.1,
        proportions=ADULT,
        masses=ADULT_MASSES,
        source="an adult; speed, the pram (0.55 m wide, 0.90 m long) and an infant of 0.62 m are approximations",
        aid="pram",
    ),
}


def segment_masses(kind: Kind, mass: float) -> dict[str, float]:
    """Return the mass of every segment, kg; their sum is the person's mass."""
    shares: dict[str, float] = {}
    for name, share in kind.masses.items():
        if name in PAIRED:
            shares |= {f"left_{name}": share, f"right_{name}": share}
        else:
            shares[name] = share
    whole = sum(shares.values())
    return {name: share / whole * mass for name, share in shares.items()}
