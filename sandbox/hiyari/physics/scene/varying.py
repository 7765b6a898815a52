"""What a seed changes in a scene before it is built: sizes, colours, friction and mass of things, and the light.

Each quantity of each thing has a generator of its own. Poses are varied where things are loaded.
"""

from __future__ import annotations

from typing import Any

from hiyari.physics.chance import drawn

from .stage import Stage
from .thing import Thing, Vary


def varied(stage: Stage, seed: int) -> Stage:
    """Return a stage whose scene is as the seed makes it."""
    scene = stage.scene
    things = {name: _thing(name, thing, seed) for name, thing in scene.things.items()}
    changes: dict[str, Any] = {"things": things}
    if scene.brightness_vary > 0.0:
        shift = drawn(seed, "brightness").uniform(-1.0, 1.0) * scene.brightness_vary
        changes["brightness"] = min(1.0, max(0.0, scene.brightness + shift))
    return stage.model_copy(update={"scene": scene.model_copy(update=changes)})


def _thing(name: str, thing: Thing, seed: int) -> Thing:
    vary = thing.vary
    if vary == Vary():
        return thing

    def factor(what: str, most: float) -> float:
        return 1.0 + drawn(seed, what, name).uniform(-1.0, 1.0) * most

    changes: dict[str, Any] = {}
    if vary.size > 0.0:
        sides = [factor(f"size {axis}", vary.size) for axis in "xyz"]
        changes |= _sized(thing, sides)
    if vary.friction > 0.0:
        changes["friction"] = thing.friction * factor("friction", vary.friction)
    if vary.mass > 0.0:
        changes["mass"] = thing.mass * factor("mass", vary.mass)
    if vary.colour > 0.0:
        random = drawn(seed, "colour", name)
        shade = [min(1.0, max(0.0, part + random.uniform(-1.0, 1.0) * vary.colour)) for part in thing.colour[:3]]
        changes["colour"] = (*shade, thing.colour[3])
    return thing.model_copy(update=changes)


def _sized(thing: Thing, sides: list[float]) -> dict[str, Any]:
    """Return the changes of a shape's size; its underside stays at its height."""
    x, y, z = thing.position
    if thing.cylinder is not None:
        diameter, height = thing.cylinder
        grown = height * sides[2]
        return {"cylinder": (diameter * sides[0], grown), "position": (x, y, z + (grown - height) / 2.0)}
    assert thing.box is not None
    long, wide, high = (side * share for side, share in zip(thing.box, sides, strict=True))
    return {"box": (long, wide, high), "position": (x, y, z + (high - thing.box[2]) / 2.0)}
