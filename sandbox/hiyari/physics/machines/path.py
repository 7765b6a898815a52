"""Following a path of joint positions at a limited speed, with a brake that always works."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class JointPath:
    """A polyline in joint space with a length in metres of the tool, and where on it the arm is commanded to be."""

    points: Sequence[Sequence[float]]
    """Joint positions, radians."""
    lengths: Sequence[float]
    """Length of the way from point to point, metres."""
    speed: float
    """Speed on the way, m/s."""
    acceleration: float
    """m/s2, also for the ordinary end of the way."""
    ceiling: float = math.inf
    """Speed that is allowed now, m/s."""
    travelled: float = 0.0
    rate: float = 0.0
    _total: float = field(init=False)

    def __post_init__(self) -> None:
        self._total = sum(self.lengths)

    @property
    def finished(self) -> bool:
        """True at the end of the way."""
        return self.travelled >= self._total - 1e-9

    def advance(self, seconds: float, braking: float | None) -> list[float]:
        """Go on for some time and return the joint positions to command.

        Args:
            seconds: Time to go on for.
            braking: Deceleration of a stop in m/s2, or none when there is no stop.
        """
        if braking is not None:
            wanted, change = 0.0, braking
        else:
            left = max(0.0, self._total - self.travelled)
            wanted, change = min(self.speed, self.ceiling, math.sqrt(2.0 * self.acceleration * left)), self.acceleration
        step = change * seconds
        self.rate = min(self.rate + step, wanted) if wanted > self.rate else max(self.rate - step, wanted)
        if braking is None and self.rate < 0.002 and not self.finished:
            self.rate = 0.002
        self.travelled = min(self._total, self.travelled + self.rate * seconds)
        return self.at(self.travelled)

    def behind(self) -> list[list[float]]:
        """Return the points that were passed, radians."""
        passed, so_far = [list(self.points[0])], 0.0
        for point, size in zip(self.points[1:], self.lengths, strict=True):
            so_far += size
            if so_far > self.travelled + 1e-9:
                break
            passed.append(list(point))
        return passed

    def at(self, travelled: float) -> list[float]:
        """Return the joint positions after so many metres."""
        for index, size in enumerate(self.lengths):
            if travelled <= size or index == len(self.lengths) - 1:
                share = min(1.0, travelled / size) if size > 0.0 else 1.0
                before, after = self.points[index], self.points[index + 1]
                return [a + (b - a) * share for a, b in zip(before, after, strict=True)]
            travelled -= size
        return list(self.points[-1])


def joint_limited(points: Sequence[Sequence[float]], lengths: Sequence[float], limits: Sequence[float]) -> float:
    """Return the largest speed along the way, m/s, at which no joint passes its limit in rad/s."""
    most = math.inf
    for before, after, size in zip(points[:-1], points[1:], lengths, strict=True):
        for a, b, limit in zip(before, after, limits, strict=True):
            turn = abs(b - a)
            if turn > 1e-9:
                most = min(most, limit * size / turn)
    return most
