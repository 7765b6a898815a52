"""Writing into pictures. What is written may come from an agent or a scene: it is cut and made visible first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from hiyari.errors import ContentError
from hiyari.physics.perception.marks import fonts
from hiyari.report.escape import one_line

Rgb = tuple[int, int, int]
WHITE: Rgb = (255, 255, 255)
BEHIND = (16, 20, 28, 170)
"""Colour and opacity of what lies behind letters."""
GAP = 4
"""Pixels around a line."""


@cache
def _font(pixels: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the font with Japanese letters, or Pillow's own where there is none."""
    try:
        return fonts.font(pixels)
    except ContentError:
        return ImageFont.load_default(pixels)


def letter_height(image: Image.Image) -> int:
    """Return how high letters are in a picture, pixels."""
    return max(9, min(16, image.height // 26))


def fitted(text: str, pixels: int, width: float) -> str:
    """Return a visible text on one line that is no wider than this, cut with an ellipsis."""
    line, font = one_line(text, 160), _font(pixels)
    if font.getlength(line) <= width:
        return line
    while line and font.getlength(line + "…") > width:
        line = line[:-1]
    return line + "…"


def write_lines(
    image: Image.Image,
    lines: Sequence[tuple[str, Rgb]],
    *,
    top: bool,
    right: bool = False,
    swatches: bool = False,
) -> None:
    """Write lines into a corner, one below the other, on a dark ground.

    Args:
        image: The picture, which is changed.
        lines: Texts and their colours.
        top: Whether at the top, else at the bottom.
        right: Whether on the right, else on the left.
        swatches: Whether the colours are those of small squares before white text.
    """
    if not lines:
        return
    high = letter_height(image)
    beside = high + GAP if swatches else 0
    shown = [fitted(text, high, image.width - 4 * GAP - beside) for text, _ in lines]
    wide = round(max(_font(high).getlength(text) for text in shown)) + beside + 2 * GAP
    tall = len(lines) * (high + GAP) + GAP
    x, y = (image.width - wide - GAP if right else GAP), (GAP if top else image.height - tall - GAP)
    pen = ImageDraw.Draw(image, "RGBA")
    pen.rectangle((x, y, x + wide, y + tall), fill=BEHIND)
    for index, (text, (_, colour)) in enumerate(zip(shown, lines, strict=True)):
        line = y + GAP + index * (high + GAP)
        if swatches:
            pen.rectangle((x + GAP, line, x + GAP + high - 1, line + high - 1), fill=colour)
        pen.text(
            (x + GAP + beside, line + high / 2), text, fill=WHITE if swatches else colour, font=_font(high), anchor="lm"
        )


def write_at(image: Image.Image, text: str, right: float, down: float) -> None:
    """Write a short text around a point of a picture, moved into it where it would stick out."""
    high = letter_height(image)
    shown = fitted(text, high, image.width - 4 * GAP)
    half = _font(high).getlength(shown) / 2 + GAP
    x = min(max(right, half), image.width - half)
    y = min(max(down, high / 2 + GAP), image.height - high / 2 - GAP)
    pen = ImageDraw.Draw(image, "RGBA")
    pen.rectangle((x - half, y - high / 2 - GAP / 2, x + half, y + high / 2 + GAP / 2), fill=BEHIND)
    pen.text((x, y), shown, fill=WHITE, font=_font(high), anchor="mm")
