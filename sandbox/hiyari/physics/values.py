"""Field types that the files of scenes and robots share."""

from __future__ import annotations

import math
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from hiyari.events import Data

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Point = tuple[Number, Number, Number]
Flat = tuple[Number, Number]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Colour = tuple[Share, Share, Share, Share]
"""Red, green, blue, opacity; 0 to 1."""

Tag = Literal["sharp", "hot", "liquid", "toxic", "fragile", "powered", "flammable", "heavy", "private"]
"""What is special about an object, for skills, processes and monitors."""


def real(value: object) -> float | None:
    """Return what somebody gave as a finite number; none for all else: switches, texts, NaN, what no float can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def _beside(reference: str) -> str:
    path = PurePosixPath(reference)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f"{reference!r} leads out of the folder; a file in it, or below, is needed")
    return reference


Beside = Annotated[str, AfterValidator(_beside)]
"""A file in the folder of the file that names it, or below."""


class Licence(Data):
    """Where an asset comes from and under which licence."""

    name: str = Field(min_length=2)
    """SPDX identifier."""
    source: str = Field(min_length=2)
    """Where it comes from, and who made it."""
