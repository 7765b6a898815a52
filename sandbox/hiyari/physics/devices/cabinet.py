"""A cabinet with a door or a lid, and a drawer: contents are things of the scene that lie inside.

Walls and door are solid, so what is inside can neither be seen nor reached while it is closed. A drawer takes along
what lies in it by friction.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from hiyari.physics.engine import Shape
from hiyari.physics.geometry import Vector, about_z
from hiyari.physics.values import Colour, Point, Share

from .opening import Leaf, Opening, OpeningAtWork, Travel, boxes, walls
from .region import Frame, Region

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built

GAP = 0.004
"""Metres between a drawer and its case."""


class Case(Opening):
    """The part of a section that says where a case stands."""

    position: Point
    """Middle of its underside, metres."""
    yaw: float = 0.0
    """Turn, radians; its front looks along +x before."""
    size: Point
    """Depth along x, width along y and height, outside, metres."""
    wall: float = Field(default=0.015, gt=0, le=0.1)
    """Thickness of its walls, metres."""
    colour: Colour = (0.82, 0.80, 0.76, 1.0)
    """Red, green, blue, opacity; 0 to 1."""

    @model_validator(mode="after")
    def _has_room(self) -> Case:
        if min(self.size) <= 4.0 * (self.wall + GAP):
            raise ValueError("size: it has no room inside")
        return self

    @property
    def middle(self) -> Frame:
        """Frame of its middle."""
        x, y, z = self.position
        return Frame((x, y, z + self.size[2] / 2.0), about_z(self.yaw))

    @property
    def inside(self) -> Region:
        """The box that it fills while closed."""
        return Region(self.middle, self.size)


class Cabinet(Case):
    """A case with a door in front or a lid on top."""

    kind: Literal["cabinet"]
    """``cabinet``."""
    opens: Literal["front", "top"] = "front"
    """Which side opens: a door hinged on its right as one looks into it, or a lid hinged at the back."""
    shelves: int = Field(default=0, ge=0, le=6)
    """Boards inside, at equal distances."""

    def build(self, name: str, built: Built, seed: int) -> OpeningAtWork:
        """Return it at work."""
        return OpeningAtWork(self, name, built, *cupboard(self, name, built, self.opens, self.shelves), self.inside)


class Drawer(Case):
    """A case with a drawer that slides out in front."""

    kind: Literal["drawer"]
    """``drawer``."""
    travel: Share = 0.8
    """How far it slides out, as a share of its depth."""

    def build(self, name: str, built: Built, seed: int) -> OpeningAtWork:
        """Return it at work."""
        frame, (deep, wide, high), wall = self.middle, self.size, self.wall
        walls(name, built, frame, self.size, wall, "back left right bottom top", self.colour)
        inner: Vector = (deep - wall - GAP, wide - 2.0 * (wall + GAP), high - 2.0 * (wall + GAP))
        leaves = [
            Leaf(replace(leaf.shape, belt=True), leaf.middle)
            for leaf in boxes(inner, wall / 2.0, "bottom front back left right", self.colour)
        ]
        moves = Travel(
            Frame(frame.to_world(((wall + GAP) / 2.0, 0.0, 0.0)), frame.orientation),
            slide=(self.travel * deep, 0.0, 0.0),
        )
        return OpeningAtWork(self, name, built, moves, leaves, self.inside)


def cupboard(
    case: Case, name: str, built: Built, opens: Literal["front", "top"], shelves: int
) -> tuple[Travel, list[Leaf]]:
    """Load the standing part of a cabinet; returns how its door goes, and the door."""
    sides = "back left right bottom " + ("top" if opens == "front" else "front")
    frame, (deep, wide, high) = case.middle, case.size
    walls(name, built, frame, case.size, case.wall, sides, case.colour)
    for shelf in range(1, shelves + 1):
        board = Shape("box", (deep - 3.0 * case.wall, wide - 2.0 * case.wall, case.wall), colour=case.colour)
        height = -high / 2.0 + high * shelf / (shelves + 1)
        built.add(name, board, frame.to_world((-case.wall / 2.0, 0.0, height)), frame.orientation)
    if opens == "front":
        size: Vector = (case.wall, wide - 2.0 * case.wall - 2.0 * GAP, high - 2.0 * case.wall - 2.0 * GAP)
        hinge = frame.to_world((deep / 2.0 - case.wall / 2.0, size[1] / 2.0, 0.0))
        travel = Travel(Frame(hinge, frame.orientation), angle=1.75)
        middle: Vector = (0.0, -size[1] / 2.0, 0.0)
    else:
        size = (deep, wide, case.wall)
        hinge = frame.to_world((-deep / 2.0, 0.0, high / 2.0 - case.wall / 2.0))
        travel = Travel(Frame(hinge, frame.orientation), axis="y", angle=-1.75)
        middle = (deep / 2.0, 0.0, 0.0)
    return travel, [Leaf(Shape("box", size, colour=case.colour), middle)]
