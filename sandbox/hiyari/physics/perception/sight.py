"""What there truly is in a camera's view. Nothing of this reaches an agent but through a detector."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from hiyari.physics.engine import Engine, View
from hiyari.physics.geometry import Vector, distance, yaw_of

from .eye import free_way, spot, within
from .people import attributes

if TYPE_CHECKING:
    from hiyari.physics.people.behaviour import Behaviour
    from hiyari.physics.scene.building import Built
    from hiyari.physics.scene.thing import Thing

GRID = (0.2, 0.5, 0.8)
"""Shares of a body's extent along each axis at which it is looked for."""
PERSON = "person"
"""Class of people."""


class Sighted(NamedTuple):
    """An object in a camera's view."""

    name: str
    category: str
    """Its true class."""
    position: Vector
    """Metres; of a person where the feet are."""
    yaw: float
    distance: float
    """From the camera, metres."""
    pixels: float
    """Height in the image."""
    visible: float
    """Share of it that is in the image and not hidden."""
    centre: Vector | None = None
    """Middle of a person, where what a person is taken for is told to be."""
    attributes: frozenset[str] = frozenset()
    """What is special about a person."""


def category_of(thing: Thing) -> str:
    """Return a thing's class; empty when detectors do not care for it."""
    return thing.category or ("object" if thing.part or thing.holds is not None else "")


def sighted(engine: Engine, view: View, built: Built) -> tuple[Sighted, ...]:
    """Return everything detectors care for, in order of name, things first; also what is out of view."""
    found = []
    for name, state in sorted(built.objects.items()):
        category = category_of(state.thing)
        if category and not state.away:
            motion = state.motion
            found.append(_seen(engine, view, name, category, [state.body], motion.position, yaw_of(motion.orientation)))
    for name, behaviour in sorted(built.people.items()):
        if behaviour.here:
            found.append(_person(engine, view, name, behaviour))
    return tuple(found)


def _person(engine: Engine, view: View, name: str, behaviour: Behaviour) -> Sighted:
    posture, bodies = behaviour.person.posture, list(behaviour.person.bodies)
    seen = _seen(engine, view, name, PERSON, bodies, (*posture.feet, 0.0), posture.yaw)
    middle = _middle(*_around([engine.bounds(body, -1) for body in bodies]))
    return seen._replace(centre=middle, attributes=attributes(behaviour))


def _seen(
    engine: Engine, view: View, name: str, category: str, bodies: list[int], position: Vector, yaw: float
) -> Sighted:
    boxes = [engine.bounds(body, -1) for body in bodies]
    low, high = _around(boxes)
    extents = list(zip(low, high, strict=True))
    corners = [spot(view, (x, y, z)) for x, y, z in product(extents[0], extents[1], extents[2])]
    ahead = [corner.down for corner in corners if corner.depth > 0.0]
    pixels = max(ahead) - min(ahead) if len(ahead) == len(corners) else 0.0
    points = _points(low, high) if len(bodies) == 1 else [_middle(*box) for box in boxes]
    own = set(bodies)
    visible = sum(
        within(view, spot(view, point)) and free_way(engine, view.eye, point) in (None, *own) for point in points
    )
    share = visible / len(points)
    return Sighted(name, category, position, yaw, distance(view.eye, _middle(low, high)), pixels, share)


def _around(boxes: Iterable[tuple[Vector, Vector]]) -> tuple[Vector, Vector]:
    lows, highs = zip(*boxes, strict=True)
    low, high = [min(axis) for axis in zip(*lows, strict=True)], [max(axis) for axis in zip(*highs, strict=True)]
    return (low[0], low[1], low[2]), (high[0], high[1], high[2])


def _points(low: Vector, high: Vector) -> list[Vector]:
    def along(axis: int, share: float) -> float:
        return low[axis] + (high[axis] - low[axis]) * share

    return [(along(0, x), along(1, y), along(2, z)) for x, y, z in product(GRID, GRID, GRID)]


def _middle(low: Vector, high: Vector) -> Vector:
    return ((low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0, (low[2] + high[2]) / 2.0)
