"""Painting marks as pictures: the same pixels for the same mark, font and library."""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import segno
from PIL import Image, ImageDraw

from hiyari.errors import ContentError

from .apriltag import cells
from .fonts import missing
from .lettering import letter_size, write
from .model import Mark

LONGEST_SIDE = 512
"""Pixels of a picture's longer side."""
LARGEST_FILE = 4_000_000
"""Bytes of an image file."""
MARGIN = 0.06
"""Free border of a text, as a share of the shorter side."""
QUIET = 4
"""Modules of free border around a QR code (ISO/IEC 18004)."""

YELLOW, RED, BLUE, GREEN = (249, 168, 0), (155, 36, 35), (0, 83, 135), (35, 127, 82)
"""Safety colours of ISO 3864-4 as the RAL colours 1003, 3001, 5005 and 6032, in sRGB."""

Pixels = Any
"""Rows of red, green, blue as a numpy array of uint8."""


@dataclass(frozen=True)
class Painted:
    """A mark as a picture."""

    pixels: Pixels
    detail: float
    """Height of a letter or width of a module, metres; the height of the mark for a picture."""

    @functools.cached_property
    def png(self) -> bytes:
        """The picture as a PNG file, small: an engine was measured to keep as many bytes each time it loads one."""
        picture, file = Image.fromarray(self.pixels), io.BytesIO()
        is_grey = bool((self.pixels == self.pixels[:, :, :1]).all())
        (picture.convert("L") if is_grey else picture).save(file, "PNG", optimize=True)
        return file.getvalue()


def paint(mark: Mark, language: str, folder: Path, *, file: Path, field: str) -> Painted:
    """Paint a mark.

    Args:
        mark: The mark.
        language: The episode's.
        folder: Where its image file is.
        file: The scene.yaml, for errors.
        field: The mark's field in it, for errors.

    Raises:
        ContentError: If a text does not fit or has letters the font lacks, or an image cannot be read.
    """
    try:
        return _painted(mark, language, folder / mark.file)
    except ContentError as error:
        raise ContentError(error.problem, file=file, field=field) from None


@functools.lru_cache(maxsize=64)
def _painted(mark: Mark, language: str, image: Path) -> Painted:
    """Paint a mark; a scene that is built again for the next episode shows the same."""
    scale = LONGEST_SIDE / max(mark.size)
    width, height = (max(1, round(side * scale)) for side in mark.size)
    if mark.kind == "qr":
        return _code(mark, _qr(mark.says(language)), width, height, scale)
    if mark.kind == "apriltag":
        assert mark.tag is not None
        return _code(mark, cells(mark.tag), width, height, scale)
    if mark.kind == "image":
        return Painted(_image(image, width, height), mark.size[1])
    return _lettered(mark, mark.says(language), width, height, scale)


def _lettered(mark: Mark, text: str, width: int, height: int, scale: float) -> Painted:
    ground = Image.new("RGB", (width, height), _byte(mark.background))
    left, top, right, bottom = 0, 0, width, height
    if mark.symbol:
        side = min(width, height) if not text else min(height * 2 // 3, width)
        _symbol(ground, mark.symbol, ((width - side) // 2, 0, side))
        top = side
    if not text:
        return Painted(numpy.asarray(ground), height / scale)
    lacking = missing(text.replace("\n", ""))
    if lacking:
        raise ContentError(f"the font has no letter for {lacking[:20]!r}")
    edge = round(MARGIN * min(right - left, bottom - top))
    inner = (right - left - 2 * edge, bottom - top - 2 * edge)
    wanted = inner[1] if mark.font_size is None else round(mark.font_size * scale)
    size = letter_size(text, *inner, vertical=mark.vertical, largest=max(wanted, 1))
    if size == 0 or (mark.font_size is not None and size < wanted):
        raise ContentError(
            f"the text of {len(text)} characters does not fit on {mark.size[0]} m x {mark.size[1]} m"
            + (f" with letters of {mark.font_size} m" if mark.font_size is not None else "")
            + "; make the mark larger, or the text shorter"
        )
    ink = Image.new("RGB", inner, _byte(_faded(mark)))
    ground.paste(ink, (left + edge, top + edge), write(text, *inner, size, vertical=mark.vertical))
    return Painted(numpy.asarray(ground), size / scale)


def _symbol(ground: Image.Image, symbol: str, place: tuple[int, int, int]) -> None:
    """Draw the shape of a safety sign: triangle, ring with a bar, disc or square."""
    left, top, side = place
    pen, edge = ImageDraw.Draw(ground), side * 0.04
    low, high = edge, side - edge
    box = (left + low, top + low, left + high, top + high)
    if symbol == "warning":
        corners = [(left + side / 2, top + low), (left + high, top + high), (left + low, top + high)]
        pen.polygon(corners, fill=YELLOW, outline=(0, 0, 0), width=max(1, round(side * 0.06)))
        pen.rectangle((left + side * 0.47, top + side * 0.36, left + side * 0.53, top + side * 0.68), fill=(0, 0, 0))
        pen.ellipse((left + side * 0.46, top + side * 0.74, left + side * 0.54, top + side * 0.82), fill=(0, 0, 0))
    elif symbol == "prohibition":
        pen.ellipse(box, fill=(255, 255, 255), outline=RED, width=max(1, round(side * 0.1)))
        third = side * 0.18
        ends = (left + third, top + third, left + side - third, top + side - third)
        pen.line(ends, fill=RED, width=max(1, round(side * 0.08)))
    elif symbol == "mandatory":
        pen.ellipse(box, fill=BLUE)
        pen.rectangle(
            (left + side * 0.46, top + side * 0.25, left + side * 0.54, top + side * 0.6), fill=(255, 255, 255)
        )
        pen.ellipse(
            (left + side * 0.45, top + side * 0.67, left + side * 0.55, top + side * 0.77), fill=(255, 255, 255)
        )
    else:
        pen.rectangle(box, fill=GREEN)
        middle, arm, half = side / 2, side * 0.3, side * 0.1
        for wide, high_ in ((arm, half), (half, arm)):
            cross = (left + middle - wide, top + middle - high_, left + middle + wide, top + middle + high_)
            pen.rectangle(cross, fill=(255, 255, 255))


def _qr(text: str) -> list[list[bool]]:
    try:
        code = segno.make(text, error="m", micro=False, encoding="utf-8")
    except (segno.DataOverflowError, ValueError) as error:
        raise ContentError(f"the text does not go into a QR code: {error}") from None
    rows = [[not module for module in row] for row in code.matrix]
    wide = [True] * (len(rows) + 2 * QUIET)
    edge = [True] * QUIET
    return [wide] * QUIET + [[*edge, *row, *edge] for row in rows] + [wide] * QUIET


def _code(mark: Mark, rows: list[list[bool]], width: int, height: int, scale: float) -> Painted:
    """Paint a square code in the middle, each module the same whole number of pixels."""
    module = min(width, height) // len(rows)
    if module < 1:
        raise ContentError(
            f"a code of {len(rows)} modules does not fit; make the mark less oblong, or the text shorter"
        )
    light = numpy.array(rows, dtype=bool).repeat(module, axis=0).repeat(module, axis=1)
    pixels = numpy.empty((height, width, 3), dtype=numpy.uint8)
    pixels[:] = _byte(mark.background)
    top, left = (height - light.shape[0]) // 2, (width - light.shape[1]) // 2
    part = pixels[top : top + light.shape[0], left : left + light.shape[1]]
    part[~light] = _byte(_faded(mark))
    return Painted(pixels, module / scale)


def _image(path: Path, width: int, height: int) -> Pixels:
    if not path.is_file():
        raise ContentError(f"there is no file {path}")
    if path.stat().st_size > LARGEST_FILE:
        raise ContentError(f"{path.name} has more than {LARGEST_FILE} bytes")
    try:
        with Image.open(io.BytesIO(path.read_bytes()), formats=("PNG", "JPEG")) as picture:
            return numpy.asarray(picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ContentError(f"{path.name} is no PNG or JPEG that can be read: {error}") from None


def _faded(mark: Mark) -> tuple[float, float, float]:
    red, green, blue = (g + (c - g) * mark.contrast for c, g in zip(mark.colour, mark.background, strict=True))
    return (red, green, blue)


def _byte(colour: tuple[float, float, float]) -> tuple[int, int, int]:
    red, green, blue = (round(255 * part) for part in colour)
    return (red, green, blue)
