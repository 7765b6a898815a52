"""What goes into a physics engine and what comes out of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from hiyari.physics.geometry import Quaternion, Vector, cross, subtract, unit

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray


class Motion(NamedTuple):
    """Where a body or link is and how it moves."""

    position: Vector
    orientation: Quaternion
    linear: Vector
    angular: Vector


class Touch(NamedTuple):
    """A contact point of a body with another that bears force."""

    link: int
    other: int
    other_link: int
    point: Vector
    normal: Vector
    """Unit vector from the other body towards this one."""
    force: float


class Near(NamedTuple):
    """The closest points of two bodies."""

    distance: float
    link_a: int
    link_b: int
    point_a: Vector
    point_b: Vector


class Ball(NamedTuple):
    """A sphere of a rigid cluster."""

    centre: Vector
    """In the frame of the cluster."""
    radius: float


class Picture(NamedTuple):
    """What a camera sees."""

    rgb: bytes
    """Rows of red, green and blue from the upper left, a byte each."""
    depth: NDArray[numpy.float32]
    """(height, width): metres along the axis of view; that of the far plane where there is nothing."""
    bodies: NDArray[numpy.int32]
    """(height, width): the body at each pixel, -1 where there is none."""


@dataclass(frozen=True)
class Shape:
    """A simple body. Forms are centred at the origin, and long along their z axis."""

    form: str
    """``box``, ``cylinder``, ``sphere`` or ``capsule``."""
    size: Vector
    """Metres: full sizes of a box; diameter, diameter and whole height of a cylinder or capsule; three times the
    diameter of a sphere."""
    mass: float = 0.0
    """kg; 0 stands still."""
    friction: float = 0.8
    colour: tuple[float, float, float, float] = (0.6, 0.6, 0.6, 1.0)
    """Red, green, blue, opacity; 0 to 1."""
    solid: bool = True
    """False for paint, which nothing touches."""
    belt: bool = False
    """True for what stands still while its surface can run (``set_velocity``): costs a little more at every step."""


@dataclass(frozen=True)
class Parameters:
    """Everything that is set again after every reset."""

    step_hz: float
    """Steps a second after the reset."""
    gravity: Vector = (0.0, 0.0, -9.81)
    solver_iterations: int = 50


@dataclass(frozen=True)
class View:
    """A camera."""

    eye: Vector
    target: Vector
    width: int = 320
    height: int = 240
    field_of_view: float = 55.0
    """Vertical, degrees."""
    light: Vector = (1.0, -1.0, 2.0)
    """Direction towards the light."""
    up: Vector = (0.0, 0.0, 1.0)
    """What is up in the picture; when it is the axis of view itself, the x axis is."""

    @property
    def axes(self) -> tuple[Vector, Vector, Vector]:
        """Return the directions ahead, to the right and up in the picture."""
        ahead = unit(subtract(self.target, self.eye))
        right = unit(cross(ahead, self.up), (0.0, -1.0, 0.0))
        return ahead, right, cross(right, ahead)


FORMS = ("box", "cylinder", "sphere", "capsule")
NEAREST, FARTHEST = 0.05, 50.0
"""Metres between which a camera sees."""


def finite(what: str, *numbers: Sequence[float]) -> None:
    """Refuse what is not a finite number: an engine would take it and break without a word.

    Raises:
        ValueError: If a number is infinite or not a number.
    """
    if not math.isfinite(sum(map(sum, numbers))):
        raise ValueError(f"{what}: every number must be finite, not {[list(some) for some in numbers]}")


def check_shape(shape: Shape) -> None:
    """Refuse a shape no engine can make.

    Raises:
        ValueError: If the form is unknown, a size is not above 0, or the mass is negative.
    """
    finite("shape", shape.size, (shape.mass, shape.friction), shape.colour)
    if shape.form not in FORMS:
        raise ValueError(f"there is no form {shape.form!r}; there are {', '.join(FORMS)}")
    if min(shape.size) <= 0.0 or shape.mass < 0.0 or shape.friction < 0.0:
        raise ValueError(f"a {shape.form} needs sizes above 0, and mass and friction of at least 0")
    if shape.form == "capsule" and shape.size[2] < shape.size[0]:
        raise ValueError("a capsule is at least as high as its diameter")
