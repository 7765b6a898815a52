"""Ways over the floor around what stands there: A* (Hart, Nilsson & Raphael 1968) on a grid, then straightened.

What stands on the floor is taken as the footprints of bodies between the floor and the robot's height, grown by the
robot's radius. People are not in it: keeping off people is what is tested, by the safety controller and the monitors.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy
from numpy.typing import NDArray

CELL = 0.1
"""Metres of a cell."""
MOST_CELLS = 1_000_000
"""Most cells of a grid."""

Spot = tuple[float, float]
Array = NDArray[numpy.bool_]


@dataclass(frozen=True)
class Footprint:
    """A rectangle on the floor."""

    centre: Spot
    """Metres."""
    half: Spot
    """Half sizes, metres."""
    yaw: float = 0.0
    """Turn, radians."""


@dataclass
class Floor:
    """A grid of where a robot's middle may be."""

    low: Spot
    high: Spot
    radius: float
    """Of the robot, metres."""
    taken: Array = field(init=False)

    def __post_init__(self) -> None:
        self.shape = tuple(max(1, math.ceil((b - a) / CELL)) for a, b in zip(self.low, self.high, strict=True))
        if self.shape[0] * self.shape[1] > MOST_CELLS:
            raise ValueError(f"a floor of {self.shape[0]} x {self.shape[1]} cells of {CELL} m is too large")
        self.taken = numpy.zeros(self.shape, dtype=bool)
        self._x = self.low[0] + (numpy.arange(self.shape[0]) + 0.5) * CELL
        self._y = self.low[1] + (numpy.arange(self.shape[1]) + 0.5) * CELL

    def stand(self, footprints: Iterable[Footprint]) -> None:
        """Mark what stands on the floor."""
        for print_ in footprints:
            dx, dy = self._x[:, None] - print_.centre[0], self._y[None, :] - print_.centre[1]
            c, s = math.cos(print_.yaw), math.sin(print_.yaw)
            out_x = numpy.maximum(numpy.abs(c * dx + s * dy) - print_.half[0], 0.0)
            out_y = numpy.maximum(numpy.abs(-s * dx + c * dy) - print_.half[1], 0.0)
            self.taken |= numpy.hypot(out_x, out_y) < self.radius

    def free(self, spot: Spot) -> bool:
        """Return whether a robot may stand there."""
        cell = self._cell(spot)
        return cell is not None and not self.taken[cell]

    def nearest_free(self, spot: Spot, within: float) -> Spot | None:
        """Return the nearest free place to a spot, or none within so many metres."""
        away = numpy.hypot(self._x[:, None] - spot[0], self._y[None, :] - spot[1])
        away[self.taken] = numpy.inf
        best = int(numpy.argmin(away))
        i, j = divmod(best, self.shape[1])
        return (float(self._x[i]), float(self._y[j])) if away[i, j] <= within else None

    def way(self, start: Spot, goal: Spot) -> list[Spot] | None:
        """Return the waypoints of a short way, the goal last, or none. The start may be taken, as beside a table."""
        first, last = self._cell(start), self._cell(goal)
        if first is None or last is None or self.taken[last]:
            return None
        cells = self._search(first, last)
        if cells is None:
            return None
        spots = [start, *((float(self._x[i]), float(self._y[j])) for i, j in cells[1:-1]), goal]
        return self._straightened(spots)

    def clear(self, a: Spot, b: Spot) -> bool:
        """Return whether the straight line is free."""
        pieces = max(1, math.ceil(math.dist(a, b) / (0.5 * CELL)))
        shares = (piece / pieces for piece in range(pieces + 1))
        return all(self.free((a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t)) for t in shares)

    def _cell(self, spot: Spot) -> tuple[int, int] | None:
        i, j = (math.floor((value - low) / CELL) for value, low in zip(spot, self.low, strict=True))
        return (i, j) if 0 <= i < self.shape[0] and 0 <= j < self.shape[1] else None

    def _search(self, first: tuple[int, int], last: tuple[int, int]) -> list[tuple[int, int]] | None:
        queue: list[tuple[float, float, tuple[int, int]]] = [(math.dist(first, last), 0.0, first)]
        came: dict[tuple[int, int], tuple[int, int]] = {first: first}
        cost = {first: 0.0}
        while queue:
            _, so_far, here = heapq.heappop(queue)
            if here == last:
                cells = [here]
                while came[cells[-1]] != cells[-1]:
                    cells.append(came[cells[-1]])
                return cells[::-1]
            if so_far > cost[here]:
                continue
            for there, step in self._beside(here):
                if so_far + step < cost.get(there, math.inf):
                    cost[there], came[there] = so_far + step, here
                    heapq.heappush(queue, (so_far + step + math.dist(there, last), so_far + step, there))
        return None

    def _beside(self, cell: tuple[int, int]) -> Iterable[tuple[tuple[int, int], float]]:
        leaving = bool(self.taken[cell])
        for di in (-1, 0, 1):
            for dj in (-1, 0, 1):
                there = (cell[0] + di, cell[1] + dj)
                inside = 0 <= there[0] < self.shape[0] and 0 <= there[1] < self.shape[1]
                if (di or dj) and inside and (leaving or not self.taken[there]):
                    yield there, math.hypot(di, dj) * (10.0 if self.taken[there] else 1.0)

    def _straightened(self, spots: Sequence[Spot]) -> list[Spot]:
        kept, at = [], 0
        while at < len(spots) - 1:
            ahead = at + 1
            for far in range(len(spots) - 1, at + 1, -1):
                if self.clear(spots[at], spots[far]):
                    ahead = far
                    break
            kept.append(spots[ahead])
            at = ahead
        return kept
