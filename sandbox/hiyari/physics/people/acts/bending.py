"""Acts in one place: reach, sit down, stand up, slump, fall."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hiyari.physics.geometry import Vector
from hiyari.physics.people.posture import Posture, Skeleton, eased, reach
from hiyari.physics.people.surroundings import Surroundings

from .act import Doing, resting


@dataclass(frozen=True)
class Reaching:
    """One reach: there, stay, back."""

    skeleton: Skeleton
    start: Posture
    begin: float
    move: float
    stay: float
    hand: str
    target: Vector
    lean: float

    @property
    def doing(self) -> Doing:
        """See Act."""
        return resting(self.start)

    @property
    def end(self) -> float:
        """When the hand rests again, simulated seconds."""
        return self.begin + 2.0 * self.move + self.stay

    def share(self, time: float) -> float:
        """Return how far the hand is out, 0 to 1."""
        since = time - self.begin
        if since <= 0.0 or time >= self.end:
            return 0.0
        if since < self.move:
            return since / self.move
        back = since - self.move - self.stay
        return 1.0 if back <= 0.0 else 1.0 - back / self.move

    def posture(self, time: float) -> Posture:
        """See Act."""
        share = self.share(time)
        if share == 0.0:
            return self.start
        leaning = replace(self.start, lean=self.lean * eased(share), hand=None)
        rests = self.skeleton.outside(leaning, self.skeleton.resting_hand(leaning, self.hand))
        return replace(leaning, hand=(self.hand, reach(rests, self.target, share)))

    def over(self, time: float) -> bool:
        """See Act."""
        return time >= self.end

    def tick(self, around: Surroundings, time: float, seconds: float) -> None:
        """See Act."""


@dataclass(frozen=True)
class Shift:
    """From one posture to another in a while; a fall gets faster as it goes on, all else begins and ends slowly."""

    start: Posture
    end: Posture
    begin: float
    seconds: float
    falls: bool = False

    @property
    def doing(self) -> Doing:
        """See Act."""
        return resting(self.start)

    def posture(self, time: float) -> Posture:
        """See Act."""
        share = min(1.0, max(0.0, (time - self.begin) / self.seconds))
        share = share * share if self.falls else eased(share)
        if share >= 1.0:
            return self.end
        a, b = self.start, self.end
        return replace(
            a,
            lean=a.lean + (b.lean - a.lean) * share,
            sit=a.sit + (b.sit - a.sit) * share,
            slump=a.slump + (b.slump - a.slump) * share,
            tilt=a.tilt + (b.tilt - a.tilt) * share,
            tilt_towards=b.tilt_towards,
        )

    def over(self, time: float) -> bool:
        """See Act."""
        return time >= self.begin + self.seconds

    def tick(self, around: Surroundings, time: float, seconds: float) -> None:
        """See Act."""
