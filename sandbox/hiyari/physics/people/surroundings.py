"""What people see around them: walls, zones, and where robots and other people are."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

Spot = tuple[float, float]
"""A place on the floor, metres."""


class Placed(Protocol):
    """A zone or another rectangle of the floor."""

    @property
    def low(self) -> Spot:
        """Corner, metres."""
        ...

    @property
    def high(self) -> Spot:
        """Opposite corner, metres."""
        ...


@dataclass(frozen=True)
class Wall:
    """An upright block that people walk around: its outline on the floor."""

    centre: Spot
    half: Spot
    """Half its length and width, metres."""
    yaw: float = 0.0

    def nearest(self, spot: Spot) -> tuple[float, Spot]:
        """Return the distance of a spot to the outline, metres, and the direction away; negative inside."""
        cosine, sine = math.cos(self.yaw), math.sin(self.yaw)
        dx, dy = spot[0] - self.centre[0], spot[1] - self.centre[1]
        x, y = cosine * dx + sine * dy, cosine * dy - sine * dx
        over_x, over_y = abs(x) - self.half[0], abs(y) - self.half[1]
        if over_x <= 0.0 and over_y <= 0.0:
            along_x = over_x > over_y
            away, gap = ((math.copysign(1.0, x), 0.0), over_x) if along_x else ((0.0, math.copysign(1.0, y)), over_y)
        else:
            out_x, out_y = math.copysign(max(over_x, 0.0), x), math.copysign(max(over_y, 0.0), y)
            gap = math.hypot(out_x, out_y)
            away = (out_x / gap, out_y / gap) if gap > 1e-9 else (1.0, 0.0)
        return gap, (cosine * away[0] - sine * away[1], sine * away[0] + cosine * away[1])


@dataclass(frozen=True)
class RobotSeen:
    """A robot as people see it."""

    where: Callable[[], Spot]
    radius: float
    """Of a circle around its base, metres."""


@dataclass(frozen=True)
class Surroundings:
    """Everything people can go by. ``where`` are functions, as all moves."""

    seed: int
    walls: tuple[Wall, ...]
    zones: Mapping[str, Placed]
    robots: Mapping[str, RobotSeen]
    people: Mapping[str, Callable[[], Spot]]
    leaves: tuple[Callable[[], Wall], ...] = ()
    """Doors and drawers, which move."""

    def blocks(self) -> tuple[Wall, ...]:
        """Return everything that is in the way now."""
        return (*self.walls, *(leaf() for leaf in self.leaves))

    def where(self, name: str) -> Spot:
        """Return where a person or a robot is."""
        return self.robots[name].where() if name in self.robots else self.people[name]()
