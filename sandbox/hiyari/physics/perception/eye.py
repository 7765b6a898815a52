"""Where cameras are now, and what they could see of a point."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from hiyari.physics.engine import Engine, View
from hiyari.physics.geometry import UPRIGHT, Quaternion, Vector, add, dot, rotate, scale, subtract, unit
from hiyari.physics.protocol.values import FARTHEST, NEAREST

from .model import Camera, Range


class Spot(NamedTuple):
    """A point in an image."""

    right: float
    """Pixels from the left edge."""
    down: float
    """Pixels from the upper edge."""
    depth: float
    """Metres along the axis."""


@dataclass(frozen=True)
class Mount:
    """What a camera or range sensor is fixed to."""

    body: int | None = None
    """A robot's body; the scene when none."""
    link: int = -1

    def pose(self, engine: Engine) -> tuple[Vector, Quaternion]:
        """Return where it is."""
        if self.body is None:
            return (0.0, 0.0, 0.0), UPRIGHT
        motion = engine.motion(self.body) if self.link < 0 else engine.link_motions(self.body, [self.link])[0]
        return motion.position, motion.orientation

    def line(self, engine: Engine, sensor: Camera | Range) -> tuple[Vector, Vector]:
        """Return where a sensor is and the point it looks at, in the world."""
        position, orientation = self.pose(engine)
        return (
            add(position, rotate(orientation, sensor.eye)),
            add(position, rotate(orientation, sensor.target)),
        )


def view_of(engine: Engine, camera: Camera, mount: Mount, light: Vector) -> View:
    """Return a camera's view now."""
    eye, target = mount.line(engine, camera)
    up = rotate(mount.pose(engine)[1], camera.up)
    return View(eye, target, camera.width, camera.height, camera.field_of_view, light, up)


def focal_pixels(view: View) -> float:
    """Return the focal length, pixels."""
    return view.height / 2.0 / math.tan(math.radians(view.field_of_view) / 2.0)


def spot(view: View, point: Vector) -> Spot:
    """Return where a point of the world is in the image, whether or not it lies within."""
    ahead, right, up = view.axes
    way = subtract(point, view.eye)
    depth = dot(way, ahead)
    size = focal_pixels(view) / max(depth, 1e-6)
    return Spot(view.width / 2.0 + dot(way, right) * size, view.height / 2.0 - dot(way, up) * size, depth)


def within(view: View, seen: Spot) -> bool:
    """Return whether a spot lies in the image."""
    return NEAREST <= seen.depth <= FARTHEST and 0.0 <= seen.right < view.width and 0.0 <= seen.down < view.height


def free_way(engine: Engine, eye: Vector, point: Vector) -> int | None:
    """Return the first body between a camera and a point; none when the way is free."""
    way = subtract(point, eye)
    start = add(eye, scale(unit(way), NEAREST))
    return engine.ray(start, point) if dot(way, way) > NEAREST * NEAREST else None
