"""What people do: stand, walk a way, reach somewhere; a function of time and of what has begun."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from hiyari.physics.chance import drawn
from hiyari.physics.geometry import Vector, blend
from hiyari.physics.happenings.reach import PersonReaches
from hiyari.physics.scene.script import Someone

from .person import Person, Posture, reach


@dataclass(frozen=True)
class Reach:
    """One reach: there, stay, back."""

    begin: float
    move: float
    stay: float
    hand: str
    target: Vector
    lean: float

    @property
    def end(self) -> float:
        """When the hand hangs again, simulated seconds."""
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


@dataclass
class Behaviour:
    """What one person does."""

    person: Person
    someone: Someone
    begin: float
    reaching: Reach | None = None
    _legs: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, name: str, someone: Someone, seed: int) -> Behaviour:
        """Return the behaviour of a person of the scene, with its variation drawn from the seed."""
        begin = 0.0
        if someone.walk is not None:
            begin = someone.walk.begin + drawn(seed, "walk", name).uniform(0.0, 1.0) * someone.walk.begin_vary
        posture = Posture(someone.position, someone.yaw)
        person = Person(name, someone.height / 1.70, posture, walks=someone.walk is not None)
        behaviour = cls(person, someone, begin)
        behaviour.person.posture = behaviour.posture(0.0)
        return behaviour

    def start(self, event: PersonReaches, time: float) -> bool:
        """Begin to reach; returns False when busy or when the target is out of reach."""
        if self.reaching is not None and time < self.reaching.end:
            return False
        lean = self.person.lean_for(self._standing(time), event.hand, event.target)
        if lean is None:
            return False
        self.reaching = Reach(time, event.move, event.stay, event.hand, event.target, lean)
        return True

    def can_reach(self, event: PersonReaches) -> bool:
        """Return whether the target of a reach is within reach from where the person stands at first."""
        return self.person.lean_for(self._standing(0.0), event.hand, event.target) is not None

    def posture(self, time: float) -> Posture:
        """Return the posture at a time."""
        standing = self._standing(time)
        share = 0.0 if self.reaching is None else self.reaching.share(time)
        if self.reaching is None or share == 0.0:
            return standing
        smooth = share * share * (3.0 - 2.0 * share)
        leaning = Posture(standing.feet, standing.yaw, self.reaching.lean * smooth)
        hand = reach(self.person.resting_hand(leaning, self.reaching.hand), self.reaching.target, share)
        return Posture(leaning.feet, leaning.yaw, leaning.lean, (self.reaching.hand, hand))

    def _standing(self, time: float) -> Posture:
        walk = self.someone.walk
        if walk is None:
            return Posture(self.someone.position, self.someone.yaw)
        if not self._legs:
            self._legs = [math.dist(a, b) / walk.speed for a, b in zip(walk.path, walk.path[1:], strict=False)]
        legs = self._legs
        way = sum(legs) + walk.pause
        since = max(0.0, time - self.begin)
        trips, into = divmod(since, way)
        forth = int(trips) % 2 == 0
        points = walk.path if forth else walk.path[::-1]
        durations = legs if forth else legs[::-1]
        for start, end, duration in zip(points, points[1:], durations, strict=False):
            if into < duration:
                x, y, _ = blend((*start, 0.0), (*end, 0.0), into / duration)
                return Posture((x, y), math.atan2(end[1] - start[1], end[0] - start[0]))
            into -= duration
        last, before = points[-1], points[-2]
        heading = math.atan2(last[1] - before[1], last[0] - before[0])
        turned = math.pi * min(1.0, into / walk.pause) if walk.pause > 0.0 else 0.0
        return Posture(last, heading + turned)
