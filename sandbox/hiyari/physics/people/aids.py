"""What moves with a person and counts as part of the person for distance and contact: wheelchair, stick, pram, a box.

Sizes are approximations of common ones (a wheelchair 0.64 m wide with wheels of 0.60 m; a pram 0.55 m wide). There is
no published limit for contact with them; the infant in the pram is a region of its own, any contact with it is told.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from hiyari.physics.engine import Ball, Shape
from hiyari.physics.geometry import UPRIGHT, Quaternion, Vector, about_y

from .palette import palette
from .posture import Posture, Skeleton

INFANT_STIFFNESS = 10e3
"""N/m: the abdomen's, an assumption; nothing is published for infants."""
_ON_ITS_SIDE: Quaternion = (math.sin(math.pi / 4.0), 0.0, 0.0, math.cos(math.pi / 4.0))
"""Turns an upright cylinder's axis to the left."""


class Piece(NamedTuple):
    """A rigid piece in the frame of the person: on the floor, x straight ahead."""

    region: str
    shape: Shape
    at: Vector
    turn: Quaternion = UPRIGHT

    @property
    def radius(self) -> float:
        """Of the sphere around the piece, metres."""
        if self.shape.form == "cylinder":
            return math.hypot(self.shape.size[0], self.shape.size[2]) / 2.0
        return math.hypot(*self.shape.size) / 2.0


def pieces(skeleton: Skeleton, posture: Posture, carries: str) -> list[Piece]:
    """Return the pieces that move with a person who is in this posture at first."""
    aid = skeleton.kind.aid
    found = {"wheelchair": _wheelchair, "stick": _stick, "pram": _pram}[aid](skeleton, posture) if aid else []
    if carries == "box":
        size = skeleton.stature
        found.append(Piece("carried", _box((0.30, 0.36, 0.26), "carried"), (0.34, 0.0, 0.60 * size)))
    return found


def infant() -> list[Ball]:
    """Return the spheres of the baby in a pram, in the frame of who pushes it."""
    return [Ball((0.72, 0.0, 0.77), 0.065), Ball((0.86, 0.0, 0.75), 0.080), Ball((1.02, 0.0, 0.74), 0.060)]


def _box(size: Vector, region: str) -> Shape:
    return Shape("box", size, colour=(*palette(region), 1.0))


def _cylinder(diameter: float, height: float, region: str) -> Shape:
    return Shape("cylinder", (diameter, diameter, height), colour=(*palette(region), 1.0))


def _wheelchair(skeleton: Skeleton, posture: Posture) -> list[Piece]:
    hip = skeleton.hip(posture)
    seat = hip[2] - 0.07 * skeleton.stature - 0.02
    name, feet = "wheelchair", skeleton.thigh
    found = [
        Piece(name, _box((0.42, 0.42, 0.04), name), (0.10, 0.0, seat)),
        Piece(name, _box((0.04, 0.42, 0.46), name), (-0.15, 0.0, seat + 0.25)),
        Piece(name, _box((0.20, 0.34, 0.03), name), (feet + 0.04, 0.0, 0.045)),
    ]
    for side in (-1.0, 1.0):
        found += [
            Piece(name, _cylinder(0.60, 0.03, name), (0.0, side * 0.305, 0.305), _ON_ITS_SIDE),
            Piece(name, _cylinder(0.18, 0.03, name), (0.30, side * 0.24, 0.095), _ON_ITS_SIDE),
        ]
    return found


def _stick(skeleton: Skeleton, posture: Posture) -> list[Piece]:
    x, y, z = skeleton.resting_hand(posture, "right")
    return [Piece("stick", _cylinder(0.025, z, "stick"), (x, y, z / 2.0 + 0.005))]


def _pram(skeleton: Skeleton, posture: Posture) -> list[Piece]:
    x, _, z = skeleton.resting_hand(posture, "right")
    name = "pram"
    found = [
        Piece(name, _box((0.80, 0.42, 0.20), name), (0.90, 0.0, 0.60)),
        Piece(name, _box((0.03, 0.48, 0.03), name), (x, 0.0, z)),
    ]
    rise, run = z - 0.65, 0.55 - x
    tube = Shape("box", (math.hypot(rise, run), 0.03, 0.03), colour=(*palette(name), 1.0))
    for side in (-1.0, 1.0):
        found += [
            Piece(name, tube, ((x + 0.55) / 2.0, side * 0.225, (z + 0.65) / 2.0), about_y(math.atan2(rise, run))),
            Piece(name, _box((0.04, 0.04, 0.40), name), (0.62, side * 0.23, 0.31)),
            Piece(name, _box((0.04, 0.04, 0.40), name), (1.18, side * 0.23, 0.31)),
            Piece(name, _cylinder(0.20, 0.03, name), (0.62, side * 0.26, 0.105), _ON_ITS_SIDE),
            Piece(name, _cylinder(0.20, 0.03, name), (1.18, side * 0.26, 0.105), _ON_ITS_SIDE),
        ]
    return found
