"""What a camera saw as PNG files: colour, depth in millimetres with a coloured preview, classes in colours."""

from __future__ import annotations

import colorsys
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy
from PIL import Image

from hiyari.physics.chance import drawn
from hiyari.physics.engine import Picture
from hiyari.physics.png import encode_grey16, encode_png
from hiyari.physics.protocol.values import FARTHEST

PREVIEW = numpy.array([(165, 0, 38), (253, 174, 97), (255, 255, 191), (116, 173, 209), (49, 54, 149)], dtype=float)
"""Colours from near to far (ColorBrewer RdYlBu)."""
BACKGROUND = (0, 0, 0)


def colour_png(picture: Picture, width: int, height: int) -> bytes:
    """Return the colours."""
    return encode_png(picture.rgb, width, height)


def depth_png(picture: Picture) -> bytes:
    """Return the depth along the axis of view as 16-bit grey, millimetres; 0 where there is nothing."""
    height, width = picture.depth.shape
    metres = numpy.where(picture.depth < FARTHEST * 0.999, picture.depth, 0.0)
    return encode_grey16(numpy.rint(metres * 1000.0).astype(">u2").tobytes(), width, height)


def depth_preview(picture: Picture) -> tuple[bytes, float, float]:
    """Return the depth in colours, and the metres of the nearest and the farthest, red and blue."""
    height, width = picture.depth.shape
    there = picture.depth[picture.depth < FARTHEST * 0.999]
    near, far = (float(there.min()), float(there.max())) if there.size else (0.0, FARTHEST)
    share = numpy.clip((picture.depth - near) / max(far - near, 1e-6), 0.0, 1.0) * (len(PREVIEW) - 1)
    below = numpy.minimum(share.astype(int), len(PREVIEW) - 2)
    part = (share - below)[..., None]
    pixels = numpy.rint(PREVIEW[below] * (1.0 - part) + PREVIEW[below + 1] * part).astype(numpy.uint8)
    return encode_png(pixels.tobytes(), width, height), near, far


def classes_png(picture: Picture, classes: Mapping[int, str], palette: Mapping[str, tuple[int, int, int]]) -> bytes:
    """Return each pixel in the colour of its body's class; black where there is none."""
    height, width = picture.bodies.shape
    table = numpy.zeros((max(int(picture.bodies.max()), max(classes, default=0)) + 2, 3), dtype=numpy.uint8)
    for body, name in classes.items():
        table[body] = palette.get(name, BACKGROUND)
    return encode_png(table[picture.bodies].tobytes(), width, height)


def palette_of(classes: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    """Return a colour for each class, as far apart in hue as they can be."""
    names = sorted(set(classes))
    colours = [colorsys.hsv_to_rgb(index / max(len(names), 1), 0.85, 0.95) for index in range(len(names))]
    return {name: (round(r * 255), round(g * 255), round(b * 255)) for name, (r, g, b) in zip(names, colours)}


def shrunk(picture: Picture, samples: int) -> Picture:
    """Return a picture with one pixel for each square of samples: their mean colour, and what one of them shows."""
    if samples == 1:
        return picture
    height, width = picture.depth.shape
    colours = numpy.frombuffer(picture.rgb, dtype=numpy.uint8).reshape(
        height // samples, samples, width // samples, samples, 3
    )
    middle = slice(samples // 2, None, samples)
    rgb: bytes = numpy.rint(colours.mean(axis=(1, 3))).astype(numpy.uint8).tobytes()
    return Picture(rgb, picture.depth[middle, middle], picture.bodies[middle, middle])


def dimmed(rgb: bytes, brightness: float) -> bytes:
    """Return colours in less light."""
    if brightness >= 1.0:
        return rgb
    return bytes(numpy.rint(numpy.frombuffer(rgb, dtype=numpy.uint8) * brightness).astype(numpy.uint8).tobytes())


def rough(rgb: bytes, sigma: float, *key: str, seed: int) -> bytes:
    """Return colours with Gaussian noise of a standard deviation in grey levels."""
    generator = numpy.random.Generator(numpy.random.PCG64(drawn(seed, "pixels", *key).getrandbits(64)))
    values = numpy.frombuffer(rgb, dtype=numpy.uint8) + generator.normal(0.0, sigma, len(rgb))
    return numpy.clip(numpy.rint(values), 0, 255).astype(numpy.uint8).tobytes()


def read_picture(path: Path, width: int, height: int) -> bytes:
    """Return the colours of an image file in a size.

    Raises:
        ValueError: If it is no PNG or JPEG.
    """
    try:
        with Image.open(io.BytesIO(path.read_bytes()), formats=("PNG", "JPEG")) as image:
            pixels: bytes = image.convert("RGB").resize((width, height), Image.Resampling.LANCZOS).tobytes()
            return pixels
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path.name} is no PNG or JPEG that can be read: {error}") from None
