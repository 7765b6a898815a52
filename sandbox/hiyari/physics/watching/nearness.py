"""How near a robot is to each person: accumulated over every step of a block.

Nearer than ``EXACT`` the distance of the nearest pair of link and cluster of spheres is taken at every step, farther
away every ``LOOK`` seconds, which at 2 m/s is 2.4 cm, beyond ``FAR`` every ``LOOK_FAR``, and as rarely while both
stand. Which pair is nearest is looked up at most that often, beyond ``EXACT`` more rarely: by boxes first, and exactly
where boxes leave it open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import hypot, inf

import numpy

from hiyari.events import Separation
from hiyari.physics.engine import Engine, Motion, Near
from hiyari.physics.geometry import Quaternion, Vector, dot, rotate, subtract, unit
from hiyari.physics.people.person import Person
from hiyari.physics.people.posture import Frame
from hiyari.physics.people.segment import Segment

EXACT = 0.4
"""Metres."""
FAR = 1.0
"""Metres."""
LOOK, LOOK_FAR = 0.012, 0.04
"""Seconds between two measurements beyond ``EXACT`` and ``FAR``, and between two look-ups of the nearest pair."""
RARELY = 3
"""Measurements to one look-up of the nearest pair beyond ``EXACT``."""
STILL = 1e-3
"""m/s below which a robot stands."""
BODY = 1.2
"""Metres from a robot's watched points to its farthest part."""

Link = tuple[int, int]
"""Body and link."""
Best = tuple[float, Segment, int, Vector, Frame, float]
"""Distance, the part of the person that was nearest with its body, the point, the part's frame then, and the time."""


@dataclass
class Nearness:
    """The nearest approach of one robot to one person."""

    robot: str
    person: Person
    watch: float
    """Metres up to which it is reported."""
    distance: float = inf
    """Now, metres; infinite beyond ``watch``."""
    _pair: tuple[Link, int] | None = None
    due: float = 0.0
    """When to measure again at the latest, simulated seconds."""
    _looks: int = 0
    _best: Best | None = None
    _near: Near | None = None
    _robot_speed: float = 0.0
    _approach: float = 0.0
    _person_speed: float = 0.0
    _turned: dict[str, tuple[Quaternion, numpy.ndarray]] = field(default_factory=dict)
    _balls: list[int] = field(default_factory=list)
    _radii: numpy.ndarray = field(default_factory=lambda: numpy.zeros(0))

    def see(
        self, engine: Engine, time: float, links: Sequence[Link], motions: Sequence[Motion], fastest: float
    ) -> None:
        """Take in one step.

        Args:
            engine: The engine.
            time: Simulated seconds.
            links: Every part of the robot, and what it carries, that can hurt.
            motions: Motions of its fastest points.
            fastest: Speed of the fastest of them, m/s.
        """
        still = self.person.speed == 0.0 and fastest < STILL
        due = time >= self.due
        if due:
            self._looks -= 1
            if self._looks <= 0 or self.distance < EXACT:
                self._pair = self._nearest(engine, links, motions)
                self._looks = RARELY
        elif still or self.distance > EXACT:
            return
        if self._pair is not None and self._pair[0] not in links:
            self._pair = self._nearest(engine, links, motions)
        near = None
        if self._pair is not None:
            (body, link), other = self._pair
            near = engine.closest(body, other, self.watch + 0.2, link)
        self._near = near
        self.distance = inf if near is None else max(0.0, near.distance)
        if due:
            self.due = time + (LOOK_FAR if still or self.distance > FAR else LOOK) - 1e-9
        if near is None or self.distance > self.watch:
            return
        towards = unit(subtract(near.point_b, near.point_a))
        if near.distance < 0.0:
            towards = (-towards[0], -towards[1], -towards[2])
        self._robot_speed = max(self._robot_speed, fastest)
        for motion in motions:
            self._approach = max(self._approach, dot(motion.linear, towards))
        self._person_speed = max(self._person_speed, self.person.speed)
        if self._best is None or self.distance < self._best[0]:
            self._best = self._seen(near, time)

    def drain(self, time: float) -> Separation | None:
        """Return the nearest approach of the block that ends now, and begin the next block."""
        best, self._best = self._best, None
        if best is None and self._near is not None and self.distance <= self.watch:
            best = self._seen(self._near, time)
        separation = None
        if best is not None:
            separation = Separation(
                robot=self.robot,
                person=self.person.name,
                region=best[1].region_of(best[2]),
                area=best[1].area_at(best[2], best[3], best[4]),
                distance=best[0],
                at=best[5],
                robot_speed=self._robot_speed,
                approach_speed=self._approach,
                person_speed=self._person_speed,
            )
        self._robot_speed = self._approach = self._person_speed = 0.0
        return separation

    def _seen(self, near: Near, time: float) -> Best:
        assert self._pair is not None
        body = self._pair[1]
        segment = self.person.bodies[body]
        return (self.distance, segment, body, near.point_b, segment.pose, time)

    def _nearest(self, engine: Engine, links: Sequence[Link], motions: Sequence[Motion]) -> tuple[Link, int] | None:
        x, y = self.person.posture.feet
        away = min(hypot(x - motion.position[0], y - motion.position[1]) for motion in motions)
        if away > self.watch + BODY + self.person.extent:
            return None
        boxes = numpy.array([engine.bounds(*link) for link in links])
        if not self._balls:
            for segment in self.person.segments.values():
                self._balls += segment.owners
            self._radii = numpy.concatenate([segment.radii for segment in self.person.segments.values()])
        centres = numpy.concatenate([self._points(name) for name in self.person.segments])
        outside = numpy.maximum(boxes[:, None, 0] - centres, centres - boxes[:, None, 1])
        gaps = numpy.linalg.norm(numpy.maximum(outside, 0.0), axis=2) - self._radii
        best, pair = self.watch, None
        tried: set[tuple[int, int]] = set()
        for index in numpy.argsort(gaps, axis=None, kind="stable"):
            part, ball = divmod(int(index), len(self._balls))
            if gaps[part, ball] >= best:
                break
            other = self._balls[ball]
            if (part, other) in tried:
                continue
            tried.add((part, other))
            body, link = links[part]
            near = engine.closest(body, other, best, link)
            if near is not None and near.distance < best:
                best, pair = near.distance, (links[part], other)
        return pair

    def _points(self, name: str) -> numpy.ndarray:
        segment = self.person.segments[name]
        origin, turn = segment.pose
        known = self._turned.get(name)
        if known is None or known[0] != turn:
            known = (turn, numpy.array([rotate(turn, centre) for centre in segment.centres]))
            self._turned[name] = known
        centres: numpy.ndarray = known[1] + numpy.array(origin)
        return centres
