"""Finding a font with Japanese letters: the one that is set up with the project, or one of the system's."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Sequence
from pathlib import Path

from PIL import ImageFont

from hiyari.errors import ContentError

PACKAGE = "matplotlib_fontja"
"""Carries IPAex Gothic (IPA Font Licence 1.0); only its font file is used, it is never imported."""
SYSTEM = (
    "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf",
    "/usr/share/fonts/truetype/fonts-japanese-gothic.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/vlgothic/VL-Gothic-Regular.ttf",
)
"""Of Debian's packages fonts-ipaexfont-gothic, fonts-ipafont-gothic, fonts-noto-cjk and fonts-vlgothic."""
ADVICE = "pip install --no-deps matplotlib-fontja==1.1.0, or on Debian apt-get install fonts-ipaexfont-gothic"

Font = ImageFont.FreeTypeFont


def places() -> list[Path]:
    """Return where a font file may be, the project's own first."""
    found = importlib.util.find_spec(PACKAGE)
    packaged = found.submodule_search_locations if found is not None else None
    return [*(Path(place) / "fonts/ipaexg.ttf" for place in packaged or ()), *map(Path, SYSTEM)]


def first_font(where: Sequence[Path]) -> Path:
    """Return the first font file that is there.

    Raises:
        ContentError: If none is; says what to install.
    """
    for place in where:
        if place.is_file():
            return place
    raise ContentError(f"marks with text need a font with Japanese letters, and there is none: {ADVICE}")


@functools.cache
def font_file() -> Path:
    """Return the font file.

    Raises:
        ContentError: If there is none.
    """
    return first_font(places())


@functools.lru_cache(maxsize=64)
def font(pixels: int) -> Font:
    """Return the font in a size, in pixels.

    Raises:
        ContentError: If there is no font.
    """
    return ImageFont.truetype(str(font_file()), pixels, layout_engine=ImageFont.Layout.BASIC)


def missing(text: str) -> str:
    """Return the letters of a text that the font does not have."""
    probe = font(24)
    hollow = _drawn(probe, "\uffff")
    return "".join(letter for letter in dict.fromkeys(text) if not letter.isspace() and _drawn(probe, letter) == hollow)


def _drawn(probe: Font, letter: str) -> tuple[bytes, tuple[int, int]]:
    mask = probe.getmask(letter)
    return bytes(mask), mask.size
