"""Areas of ground as cells: what lies on them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from hiyari.physics.mechanism import Misfit
from hiyari.physics.values import Flat

from .areas import Area

MOST_CELLS = 20_000
"""Most cells of an area."""


@dataclass
class Cells:
    """An area at work."""

    name: str
    area: Area
    size: float
    """Side of a cell, metres."""
    x: Any
    y: Any
    grams: Any
    """Substance that lies in each cell, g."""
    litres: Any
    """Spray that was meant for each cell, L."""
    told: float = 0.0
    """Peak when it was told last, mg/m2."""

    @property
    def total(self) -> float:
        """g on all of it."""
        return float(self.grams.sum())

    @property
    def mean(self) -> float:
        """mg/m2."""
        return 1e3 * self.total / (len(self.x) * self.size**2)

    @property
    def peak(self) -> float:
        """mg/m2 of the cell with most."""
        return 1e3 * float(self.grams.max()) / self.size**2

    def coverage(self, dose: float) -> float:
        """Return the share of cells that got at least a dose, L/ha."""
        return float((self.litres / self.size**2 * 1e4 >= dose).mean())


def cells_of(name: str, area: Area, size: float) -> Cells:
    """Return an area's cells: those of a grid whose middles lie in it.

    Raises:
        Misfit: If it has none or too many.
    """
    low = [math.floor(min(point[axis] for point in area.outline) / size) for axis in (0, 1)]
    high = [math.ceil(max(point[axis] for point in area.outline) / size) for axis in (0, 1)]
    if (high[0] - low[0]) * (high[1] - low[1]) > 4 * MOST_CELLS:
        raise Misfit(f"areas.{name}.outline", f"more than {MOST_CELLS} cells of {size:g} m; make 'cell' larger")
    x, y = numpy.meshgrid(
        (numpy.arange(low[0], high[0]) + 0.5) * size, (numpy.arange(low[1], high[1]) + 0.5) * size, indexing="ij"
    )
    inside = within(area.outline, x.ravel(), y.ravel())
    if not inside.any():
        raise Misfit(f"areas.{name}.outline", f"it is smaller than a cell of {size:g} m")
    count = int(inside.sum())
    return Cells(name, area, size, x.ravel()[inside], y.ravel()[inside], numpy.zeros(count), numpy.zeros(count))


def within(outline: Sequence[Flat], x: Any, y: Any) -> Any:
    """Return which points lie in a polygon, by the even-odd rule."""
    inside = numpy.zeros(len(x), dtype=bool)
    for (x0, y0), (x1, y1) in zip(outline, [*outline[1:], outline[0]], strict=True):
        if y0 == y1:
            continue
        crosses = (y0 > y) != (y1 > y)
        inside ^= crosses & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
    return inside
