"""Whether what is written on a thing can be read from a camera, for agents that get no pictures.

A plain threshold: the smallest detail has so many pixels in the image, the mark faces the camera, nothing is in
between, and ink and ground differ. 8 pixels of letter height is what this font needs to tell kanji apart; at 1.5 pixels
of a QR code's module and 2 of an AprilTag's, real decoders read our renderings (docs/perception.md).
"""

from __future__ import annotations

import json
import math

from hiyari.physics.engine import Engine, View
from hiyari.physics.geometry import add, dot, rotate, scale, subtract, unit
from hiyari.physics.perception.eye import focal_pixels, free_way, spot, within

from .panels import Panel

LETTER_PIXELS, MODULE_PIXELS = 8.0, {"qr": 1.5, "apriltag": 2.0}
STEEPEST = math.radians(65.0)
"""Largest angle between a mark's normal and the way to the camera."""
LEAST_DIFFERENCE = 0.04
"""Of the luminances of ink and ground, 0 to 1: ten of 255 grey levels, about the noise of a cheap camera."""


def legible(engine: Engine, view: View, panel: Panel, brightness: float) -> bool:
    """Return whether a mark can be read in a view."""
    mark, (place, turn) = panel.mark, panel.pose
    out = rotate(turn, (1.0, 0.0, 0.0))
    way = subtract(view.eye, place)
    facing = dot(out, unit(way))
    if facing < math.cos(STEEPEST) or not within(view, spot(view, place)):
        return False
    if free_way(engine, view.eye, add(place, scale(out, 0.003))) is not None:
        return False
    need = MODULE_PIXELS.get(mark.kind, LETTER_PIXELS)
    if panel.detail * focal_pixels(view) / math.sqrt(dot(way, way)) * facing < need:
        return False
    if mark.kind == "image":
        return brightness >= LEAST_DIFFERENCE
    ink, ground = _luminance(mark.colour), _luminance(mark.background)
    return abs(ink - ground) * mark.contrast * brightness >= LEAST_DIFFERENCE


def told(panel: Panel, language: str) -> str:
    """Return what a reader makes of a mark. What it says is quoted and cannot break out of its line."""
    mark = panel.mark
    if mark.kind == "apriltag":
        return f"apriltag tag36h11 id {mark.tag}"
    if mark.kind == "image":
        return "image"
    kind = f"sign ({mark.symbol})" if mark.symbol else mark.kind
    said = mark.says(language)
    return f"{kind}: {json.dumps(said, ensure_ascii=False)}" if said else kind


def _luminance(colour: tuple[float, float, float]) -> float:
    """Return the luminance of a colour (ITU-R BT.709)."""
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]
