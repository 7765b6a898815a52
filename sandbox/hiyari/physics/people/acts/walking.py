"""Walking: to and fro again and again, along a path once, after somebody, away from somebody."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from hiyari.physics.geometry import blend, wrapped
from hiyari.physics.people.model import Walk
from hiyari.physics.people.posture import Posture
from hiyari.physics.people.surroundings import Spot, Surroundings

from .act import Doing

TURNING = 6.0
"""rad/s: how fast who walks after somebody turns at most."""
NOTICED = 0.5
"""Seconds after which who stopped following counts as standing."""


@dataclass
class ToAndFro:
    """A walk of the scene, with its rest at both ends; ends never."""

    walk: Walk
    begin: float
    yaw: float
    still: Posture
    """Posture whose place changes."""
    doing: Doing = "walking"
    _legs: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Work out how long each leg takes."""
        path = self.walk.path
        self._legs = [math.dist(a, b) / self.walk.speed for a, b in pairwise(path)]

    def posture(self, time: float) -> Posture:
        """See Act."""
        walk, legs = self.walk, self._legs
        way = sum(legs) + walk.pause
        since = max(0.0, time - self.begin)
        trips, into = divmod(since, way)
        forth = int(trips) % 2 == 0
        points = walk.path if forth else walk.path[::-1]
        durations = legs if forth else legs[::-1]
        for start, end, duration in zip(points, points[1:], durations, strict=False):
            if into < duration:
                x, y, _ = blend((*start, 0.0), (*end, 0.0), into / duration)
                return replace(self.still, feet=(x, y), yaw=math.atan2(end[1] - start[1], end[0] - start[0]))
            into -= duration
        last, before = points[-1], points[-2]
        heading = math.atan2(last[1] - before[1], last[0] - before[0])
        turned = math.pi * min(1.0, into / walk.pause) if walk.pause > 0.0 else 0.0
        return replace(self.still, feet=last, yaw=heading + turned)

    def over(self, time: float) -> bool:
        """See Act."""
        return False

    def tick(self, around: Surroundings, time: float, seconds: float) -> None:
        """See Act."""


@dataclass
class Along:
    """A path walked once, from where one stands."""

    start: Posture
    path: Sequence[Spot]
    speed: float
    begin: float
    doing: Doing = "walking"

    def posture(self, time: float) -> Posture:
        """See Act."""
        left = max(0.0, time - self.begin) * self.speed
        at, yaw = self.start.feet, self.start.yaw
        for corner in self.path:
            leg = math.dist(at, corner)
            if leg > 1e-9:
                yaw = math.atan2(corner[1] - at[1], corner[0] - at[0])
            if left < leg:
                share = left / leg
                at = (at[0] + (corner[0] - at[0]) * share, at[1] + (corner[1] - at[1]) * share)
                break
            left -= leg
            at = corner
        return replace(self.start, feet=at, yaw=yaw)

    def over(self, time: float) -> bool:
        """See Act."""
        points = [self.start.feet, *self.path]
        way = sum(math.dist(a, b) for a, b in pairwise(points))
        return (time - self.begin) * self.speed >= way

    def tick(self, around: Surroundings, time: float, seconds: float) -> None:
        """See Act."""


@dataclass
class After:
    """Following somebody, or, with ``until``, fleeing; straight, at most as near as walls allow."""

    now: Posture
    whom: str
    speed: float
    gap: float = 1.0
    until: float | None = None
    """Metres away at which a flight ends; none when following."""
    _next: Posture | None = None
    _since: float = 0.0
    _seconds: float = 1.0
    _still: float = 0.0
    _away: float = 0.0

    @property
    def doing(self) -> Doing:
        """See Act."""
        return "standing" if self._still > NOTICED else "walking"

    def posture(self, time: float) -> Posture:
        """See Act."""
        if self._next is None:
            return self.now
        share = min(1.0, max(0.0, (time - self._since) / self._seconds))
        if share == 0.0:
            return self.now
        x, y, _ = blend((*self.now.feet, 0.0), (*self._next.feet, 0.0), share)
        return replace(self._next, feet=(x, y))

    def over(self, time: float) -> bool:
        """See Act."""
        return self.until is not None and self._away >= self.until

    def tick(self, around: Surroundings, time: float, seconds: float) -> None:
        """See Act."""
        if self._next is not None:
            self.now = self._next
        self._since, self._seconds = time, seconds
        x, y = self.now.feet
        tx, ty = around.where(self.whom)
        self._away = math.hypot(tx - x, ty - y)
        bearing = math.atan2(ty - y, tx - x) if self._away > 1e-6 else self.now.yaw
        if self.until is None:
            way = max(0.0, min(self.speed * seconds, self._away - self.gap))
        else:
            way, bearing = self.speed * seconds, bearing + math.pi
        spot = (x + way * math.cos(bearing), y + way * math.sin(bearing))
        for wall in around.blocks():
            gap, away = wall.nearest(spot)
            if gap < 0.3:
                spot = (spot[0] + away[0] * (0.3 - gap), spot[1] + away[1] * (0.3 - gap))
        moved = math.dist(spot, self.now.feet)
        self._still = self._still + seconds if moved < 1e-4 else 0.0
        turn = wrapped(bearing - self.now.yaw)
        turn = max(-TURNING * seconds, min(TURNING * seconds, turn)) if self._still == 0.0 else 0.0
        self._next = replace(self.now, feet=spot, yaw=self.now.yaw + turn)
