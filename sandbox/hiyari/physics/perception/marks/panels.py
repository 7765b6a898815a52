"""Marks as boards in the engine: nothing touches them, and they follow their things whenever a picture is taken."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hiyari.physics.engine import Engine
from hiyari.physics.geometry import UPRIGHT, Quaternion, Vector, about_y, about_z, add, multiply, rotate

from .model import Mark
from .painting import paint

if TYPE_CHECKING:
    from hiyari.physics.objects import ObjectState
    from hiyari.physics.scene.stage import Stage
    from hiyari.physics.scene.thing import Thing

TURNS: dict[str, Quaternion] = {
    "front": UPRIGHT,
    "back": about_z(math.pi),
    "left": about_z(math.pi / 2.0),
    "right": about_z(-math.pi / 2.0),
    "top": about_y(-math.pi / 2.0),
    "bottom": about_y(math.pi / 2.0),
}
"""How a board that faces along +x is turned to face out of a side."""
OFF = 0.0025
"""Metres between the surface and a board's middle: half its thickness, and a little."""


@dataclass(frozen=True)
class Panel:
    """A mark in the engine."""

    mark: Mark
    thing: ObjectState
    body: int
    offset: Vector
    """Of its middle, in the thing's frame."""
    detail: float
    """Height of a letter or width of a module, metres."""

    @property
    def pose(self) -> tuple[Vector, Quaternion]:
        """Where it belongs now, facing along its own +x."""
        motion = self.thing.motion
        return (
            add(motion.position, rotate(motion.orientation, self.offset)),
            multiply(motion.orientation, TURNS[self.mark.side]),
        )

    def follow(self, engine: Engine) -> None:
        """Put the board where it belongs, when its thing can have moved."""
        if self.thing.thing.mass > 0:
            engine.put(self.body, *self.pose)


def attach(
    stage: Stage, engine: Engine, objects: dict[str, ObjectState], language: str, loaded: dict[str, int]
) -> list[Panel]:
    """Paint the marks of all things and load them.

    Args:
        stage: The scene.
        engine: The engine.
        objects: The things.
        language: The episode's, for marks with a text in both.
        loaded: Bodies of things by name, which are in the engine already.

    Raises:
        ContentError: If a mark cannot be painted.
    """
    panels = []
    for name in sorted(loaded):
        thing = objects[name].thing
        for index, mark in enumerate(thing.marks):
            field = f"things.{name}.marks.{index}"
            painted = paint(mark, language, stage.file.parent, file=stage.file, field=field)
            offset = _offset(thing, mark)
            motion = objects[name].motion
            place = add(motion.position, rotate(motion.orientation, offset))
            turn = multiply(motion.orientation, TURNS[mark.side])
            body = engine.load_panel(mark.size, painted.png, place, turn)
            panels.append(Panel(mark, objects[name], body, offset, painted.detail))
    return panels


def _offset(thing: Thing, mark: Mark) -> Vector:
    axis = {"front": 0, "back": 0, "left": 1, "right": 1, "top": 2, "bottom": 2}[mark.side]
    if mark.out is not None:
        out = mark.out
    elif thing.box is not None:
        out = thing.box[axis] / 2.0
    else:
        assert thing.cylinder is not None
        out = thing.cylinder[1 if axis == 2 else 0] / 2.0
    return rotate(TURNS[mark.side], (out + OFF, mark.at[0], mark.at[1]))
