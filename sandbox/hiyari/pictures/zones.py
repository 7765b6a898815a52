"""Zones in a picture: what stands in a zone is tinted, its edge on the floor is drawn where nothing hides it."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy
from PIL import Image

from hiyari.physics.engine import Picture, View
from hiyari.physics.perception.eye import focal_pixels, spot
from hiyari.physics.protocol.values import FARTHEST

from .lettering import Rgb, write_at
from .shooting import Shot

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hiyari.physics.scene.model import Zone

ON_FLOOR = 0.06
"""Metres above the floor up to which a point is part of it."""
HIGHEST = 2.5
"""Metres up to which a zone is shown."""
TINTS = (0.30, 0.14)
"""How much of the zone's colour the floor and what is above it get."""
EDGE = 0.012
"""Half the width of the edge over the distance from the camera."""


def draw_zones(shot: Shot, zones: Mapping[str, Zone], language: str) -> Image.Image:
    """Return a picture with zones drawn in it, and their titles."""
    pixels = numpy.asarray(shot.image, dtype=numpy.float64).copy()
    points = places(shot.view, shot.seen)
    there = shot.seen.depth < FARTHEST * 0.999
    colours = zone_colours(zones)
    for name, zone in zones.items():
        colour = numpy.array(colours[name], dtype=numpy.float64)
        for where, share in _parts(points, shot.seen, zone):
            chosen = where & there
            pixels[chosen] = pixels[chosen] * (1.0 - share) + colour * share
    image = Image.fromarray(numpy.rint(pixels).astype(numpy.uint8))
    for zone in zones.values():
        middle = ((zone.low[0] + zone.high[0]) / 2.0, (zone.low[1] + zone.high[1]) / 2.0, 0.0)
        seen = spot(shot.view, middle)
        if seen.depth > 0.0:
            write_at(image, zone.title.in_language(language), seen.right, seen.down)
    return image


def zone_colours(zones: Mapping[str, Zone]) -> dict[str, Rgb]:
    """Return a colour for each zone, as far apart as they can be."""
    count = max(len(zones), 1)
    found = {}
    for index, name in enumerate(sorted(zones)):
        r, g, b = colorsys.hsv_to_rgb((0.09 + index / count) % 1.0, 0.95, 0.95)
        found[name] = (round(r * 255), round(g * 255), round(b * 255))
    return found


def places(view: View, seen: Picture) -> NDArray[numpy.float64]:
    """Return where in the world each pixel is, metres, shape (height, width, 3)."""
    ahead, right, up = (numpy.array(axis) for axis in view.axes)
    focal = focal_pixels(view)
    across = (numpy.arange(view.width) + 0.5 - view.width / 2.0) / focal
    # PyBullet counts rows from below, and a row stands for its lower edge (measured on a level floor).
    down = (numpy.arange(view.height) + 1.0 - view.height / 2.0) / focal
    ways = ahead + across[None, :, None] * right - down[:, None, None] * up
    found: NDArray[numpy.float64] = numpy.array(view.eye) + seen.depth[..., None] * ways
    return found


def _parts(points: NDArray[numpy.float64], seen: Picture, zone: Zone) -> list[tuple[NDArray[numpy.bool_], float]]:
    """Return which pixels of a zone are tinted, and how much: floor, what is above it, edge."""
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    outside = numpy.maximum.reduce([zone.low[0] - x, x - zone.high[0], zone.low[1] - y, y - zone.high[1]])
    floor = z < ON_FLOOR
    edge = floor & (numpy.abs(outside) <= EDGE * numpy.maximum(seen.depth / 3.0, 0.5))
    inside = (outside <= 0.0) & (z < HIGHEST) & ~edge
    return [(inside & floor, TINTS[0]), (inside & ~floor, TINTS[1]), (edge, 0.85)]
