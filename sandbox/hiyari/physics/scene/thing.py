"""The shape of the objects of a scene."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from hiyari.events import Data, LocalText
from hiyari.physics.perception.marks.model import Mark
from hiyari.physics.values import Beside, Colour, Flat, Licence, Name, Point, Positive, Tag

Part = Annotated[float, Field(ge=0, le=0.5)]
"""A share by which something is varied to both sides."""


class Vary(Data):
    """How far a thing is changed at random by the seed, to both sides. What stands on it does not follow."""

    xyz: Point = (0.0, 0.0, 0.0)
    """Metres."""
    yaw: float = 0.0
    """Radians."""
    size: Part = 0.0
    """Share of each side, or of diameter and height; the underside stays where it is."""
    mass: Part = 0.0
    """Share of the mass."""
    friction: Part = 0.0
    """Share of the friction."""
    colour: Part = 0.0
    """Of red, green and blue each, 0 to 1."""


class Vessel(Data):
    """What makes a thing hold liquid. Its state ``full`` says how much of its volume is filled."""

    volume: Positive
    """Litres it holds when full."""
    height: Positive
    """Height of the inside, metres; the inside is taken for an upright cylinder of this height and volume."""
    opening: Positive
    """Radius of the opening, metres."""
    rim: float
    """Height of the rim above the thing's origin, metres."""
    substance: Name = "water"
    """What is in it."""


class Thing(Data):
    """An object of the scene."""

    title: LocalText | None = None
    """What the agent reads beside the name."""
    urdf: Beside = ""
    """URDF, instead of a shape."""
    box: Point | None = None
    """Full sizes of a box, metres."""
    cylinder: tuple[Positive, Positive] | None = None
    """Diameter and height of an upright cylinder, metres."""
    licence: Licence | None = None
    """Licence of the URDF; shapes are ours."""
    position: Point
    """Of the origin; a shape's is its centre."""
    yaw: float = 0.0
    """Heading, radians."""
    tilt: Flat = (0.0, 0.0)
    """Roll and pitch, radians, as of a ramp."""
    mass: float = Field(default=0.0, ge=0)
    """kg; 0 stands still."""
    friction: float = Field(default=0.8, ge=0)
    """Sliding friction."""
    colour: Colour = (0.6, 0.6, 0.6, 1.0)
    """Red, green, blue, opacity; 0 to 1."""
    solid: bool = True
    """False for paint on the floor."""
    part: bool = False
    """True when the agent is told of it and may handle it."""
    tags: tuple[Tag, ...] = ()
    """What is special about it."""
    states: dict[Name, bool | float | str] = {}
    """States it has and their first values, such as ``open``, ``on``, ``full`` (0 to 1), ``temperature`` (degC)."""
    grasp: Literal["top", "side"] = "top"
    """From where an arm takes it: upright vessels that are poured from are taken from the side."""
    holds: Flat | None = None
    """Inner length and width when it is a container that parts are put into, metres."""
    vessel: Vessel | None = None
    """For what holds liquid; its mass is that without liquid."""
    floor: float = 0.0
    """Height of the container's inner floor above its origin, metres."""
    category: Name | Literal[""] = ""
    """What a detector calls it, such as ``box``; left out, parts and containers are ``object``, others nothing."""
    marks: tuple[Mark, ...] = Field(default=(), max_length=12)
    """What is written on it."""
    vary: Vary = Vary()
    """Variation by seed."""

    @field_validator("box")
    @classmethod
    def _has_volume(cls, box: Point | None) -> Point | None:
        if box is not None and min(box) <= 0:
            raise ValueError("all sizes must be above 0")
        return box

    @model_validator(mode="after")
    def _has_one_form(self) -> Thing:
        if sum((bool(self.urdf), self.box is not None, self.cylinder is not None)) != 1:
            raise ValueError("one of urdf, box and cylinder is needed")
        if self.urdf and self.licence is None:
            raise ValueError("a urdf needs a licence")
        for what in ("size", "mass", "friction", "colour"):
            if self.urdf and getattr(self.vary, what) > 0.0:
                raise ValueError(f"vary.{what}: is that of the urdf; only shapes are varied")
        full = self.states.get("full", 0.0)
        if self.vessel is not None and (isinstance(full, bool | str) or not 0.0 <= full <= 1.0):
            raise ValueError("states.full of a vessel is a number between 0 and 1")
        if self.part and self.mass <= 0:
            raise ValueError("a part needs a mass above 0")
        for index, mark in enumerate(self.marks):
            if self.urdf and mark.out is None:
                raise ValueError(f"marks.{index}.out: is needed on a urdf, whose sides are not known")
        return self
