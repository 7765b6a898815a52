"""A way of joint positions around what is in the way: RRT-Connect (Kuffner & LaValle 2000) within a budget."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

BUDGET = 600
"""Most samples before the search gives up."""
REACH = 0.25
"""Radians (metres of sliding joints) of the fastest joint in one step of a tree."""
CHECK = 0.08
"""The same between two postures that are checked."""
SHORTCUTS = 30
"""Tries at shortening what was found."""

Joints = tuple[float, ...]
Free = Callable[[Joints], bool]


@dataclass
class Tree:
    """Postures that are joined to a root."""

    nodes: list[Joints]
    parents: list[int] = field(default_factory=lambda: [-1])

    def nearest(self, goal: Joints) -> int:
        """Return the node nearest to a posture."""
        return min(range(len(self.nodes)), key=lambda index: _gap(self.nodes[index], goal))

    def grow(self, goal: Joints, free: Free) -> tuple[int, bool] | None:
        """Grow one step towards a posture; returns the new node and whether it is the posture, or none."""
        near = self.nearest(goal)
        start = self.nodes[near]
        gap = _gap(start, goal)
        end = goal if gap <= REACH else _between(start, goal, REACH / gap)
        if not clear(start, end, free):
            return None
        self.nodes.append(end)
        self.parents.append(near)
        return len(self.nodes) - 1, end == goal

    def branch(self, node: int) -> list[Joints]:
        """Return the postures from a node down to the root."""
        found = []
        while node >= 0:
            found.append(self.nodes[node])
            node = self.parents[node]
        return found


def detour(
    start: Sequence[float], goal: Sequence[float], low: Sequence[float], high: Sequence[float], free: Free, seed: str
) -> list[Joints] | None:
    """Return postures from start to goal that are free, and straight ways between them too, or none in the budget.

    Args:
        start: Joint positions.
        goal: Joint positions.
        low: Lower limits of the joints.
        high: Upper limits.
        free: Tells whether a posture is free.
        seed: For the samples; the same seed gives the same way.
    """
    draw = random.Random(seed)
    first, last = Tree([tuple(start)]), Tree([tuple(goal)])
    trees, swapped = (first, last), False
    for _ in range(BUDGET):
        sample = tuple(draw.uniform(a, b) for a, b in zip(low, high, strict=True))
        grown = trees[0].grow(sample, free)
        if grown is not None:
            target = trees[0].nodes[grown[0]]
            met = trees[1].grow(target, free)
            while met is not None and not met[1]:
                met = trees[1].grow(target, free)
            if met is not None:
                here, there = trees[0].branch(grown[0]), trees[1].branch(met[0])
                way = [*there[::-1], *here[1:]] if swapped else [*here[::-1], *there[1:]]
                return _shortened(way, free, draw)
        trees, swapped = (trees[1], trees[0]), not swapped
    return None


def clear(start: Joints, end: Joints, free: Free) -> bool:
    """Return whether the straight way to a posture is free, the start left out."""
    pieces = max(1, math.ceil(_gap(start, end) / CHECK))
    return all(free(_between(start, end, piece / pieces)) for piece in range(1, pieces + 1))


def _shortened(way: list[Joints], free: Free, draw: random.Random) -> list[Joints]:
    for _ in range(SHORTCUTS):
        if len(way) < 3:
            return way
        a, b = sorted(draw.sample(range(len(way)), 2))
        if b - a > 1 and clear(way[a], way[b], free):
            way = [*way[: a + 1], *way[b:]]
    return way


def _gap(a: Joints, b: Joints) -> float:
    return max(abs(x - y) for x, y in zip(a, b, strict=True))


def _between(a: Joints, b: Joints, share: float) -> Joints:
    return tuple(x + (y - x) * share for x, y in zip(a, b, strict=True))
