"""The size of a picture, and how finely it is rendered."""

from __future__ import annotations

import re
from typing import NamedTuple

from hiyari.errors import ContentError
from hiyari.physics.perception.model import MOST_POINTS

LEAST, MOST = 64, 1920
"""Pixels of a side."""


class Size(NamedTuple):
    """Of a picture, pixels."""

    width: int
    height: int

    @property
    def samples(self) -> int:
        """Points rendered for each pixel and direction of a still: two where that takes no more than some seconds."""
        return 2 if 4 * self.width * self.height <= MOST_POINTS else 1


def read_size(text: str) -> Size:
    """Return a size that was written as ``640x480``.

    Raises:
        ContentError: If it is none, or too small or large.
    """
    found = re.fullmatch(r"(\d{1,5})[x×](\d{1,5})", text.strip())
    if found is None:
        raise ContentError(f"{text!r} is no size; write width and height in pixels, such as 640x480")
    size = Size(int(found[1]), int(found[2]))
    if not (min(size) >= LEAST and max(size) <= MOST and size.width * size.height <= MOST_POINTS):
        raise ContentError(
            f"a picture of {text} cannot be made; sides are {LEAST} to {MOST}, {MOST_POINTS} points in all"
        )
    return size
