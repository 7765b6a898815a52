"""How near a robot is to each person: accumulated over every step of a block.

Nearer than ``EXACT`` the distance of the nearest pair of link and sphere is taken at every step, farther away every
``LOOK_SECONDS``: at 2 m/s that is 2 cm. Which pair is nearest is looked up that often, beyond ``EXACT`` more rarely:
by boxes first, and exactly where boxes leave it open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import hypot, inf

import numpy

from hiyari.events import Separation

from .engine import Engine, Motion
from .geometry import Quaternion, dot, length, rotate, subtract, unit
from .person import Person

EXACT = 0.4
"""Metres."""
LOOK_SECONDS = 0.01
"""Time between two measurements beyond ``EXACT``, and between two look-ups of the nearest pair nearer than that."""
FAR = 1.0
"""Metres."""
RARELY, VERY_RARELY = 4, 10
"""Measurements to one look-up of the nearest pair beyond ``EXACT``, and beyond ``FAR``."""
BODY = 1.2
"""Metres from the middle of a person to the farthest sphere, and from a robot's watched points to its farthest part."""

Link = tuple[int, int]
"""Body and link."""


@dataclass
class Nearness:
    """The nearest approach of one robot to one person."""

    robot: str
    person: Person
    watch: float
    """Metres up to which it is reported."""
    every: int
    """Steps between two look-ups."""
    distance: float = inf
    """Now, metres; infinite beyond ``watch``."""
    _pair: tuple[Link, Link] | None = None
    _countdown: int = 0
    _looks: int = 0
    _best: tuple[float, str, float] | None = None
    _robot_speed: float = 0.0
    _approach: float = 0.0
    _person_speed: float = 0.0
    _turned: dict[int, tuple[Quaternion, numpy.ndarray]] = field(default_factory=dict)
    _balls: list[Link] = field(default_factory=list)
    _radii: numpy.ndarray = field(default_factory=lambda: numpy.zeros(0))

    def see(self, engine: Engine, time: float, links: Sequence[Link], motions: Sequence[Motion]) -> None:
        """Take in one step.

        Args:
            engine: The engine.
            time: Simulated seconds.
            links: Every part of the robot, and what it carries, that can hurt.
            motions: Motions of its fastest points.
        """
        self._countdown -= 1
        due = self._countdown <= 0
        if not due and self.distance > EXACT:
            return
        if due:
            self._countdown = self.every
            self._looks -= 1
            if self._looks <= 0 or self.distance < EXACT:
                self._pair = self._nearest(engine, links, motions)
                self._looks = RARELY if self.distance < FAR else VERY_RARELY
        if self._pair is not None and self._pair[0] not in links:
            self._pair = self._nearest(engine, links, motions)
        if self._pair is None:
            self.distance = inf
            return
        (body, link), (other, ball) = self._pair
        near = engine.closest(body, other, self.watch + 0.2, link, ball)
        if near is None:
            self.distance = inf
            return
        self.distance = max(0.0, near.distance)
        if self.distance > self.watch:
            return
        towards = unit(subtract(near.point_b, near.point_a))
        if near.distance < 0.0:
            towards = (-towards[0], -towards[1], -towards[2])
        for motion in motions:
            self._robot_speed = max(self._robot_speed, length(motion.linear))
            self._approach = max(self._approach, dot(motion.linear, towards))
        self._person_speed = max(self._person_speed, self.person.speed)
        if self._best is None or self.distance < self._best[0]:
            self._best = (self.distance, self.person.bodies[other].regions[ball + 1], time)

    def drain(self) -> Separation | None:
        """Return the block's nearest approach and begin the next block."""
        best, self._best = self._best, None
        separation = None
        if best is not None:
            separation = Separation(
                robot=self.robot,
                person=self.person.name,
                region=best[1],
                distance=best[0],
                at=best[2],
                robot_speed=self._robot_speed,
                approach_speed=self._approach,
                person_speed=self._person_speed,
            )
        self._robot_speed = self._approach = self._person_speed = 0.0
        return separation

    def _nearest(self, engine: Engine, links: Sequence[Link], motions: Sequence[Motion]) -> tuple[Link, Link] | None:
        x, y = self.person.posture.feet
        away = min(hypot(x - motion.position[0], y - motion.position[1]) for motion in motions)
        if away > self.watch + 2.0 * BODY:
            return None
        boxes = numpy.array([engine.bounds(*link) for link in links])
        if not self._balls:
            for body, segment in self.person.bodies.items():
                self._balls += [(body, ball) for ball in range(-1, len(segment.radii) - 1)]
            self._radii = numpy.concatenate([segment.radii for segment in self.person.bodies.values()])
        balls, radii = self._balls, self._radii
        centres = numpy.concatenate([self._points(body) for body in self.person.bodies])
        outside = numpy.maximum(boxes[:, None, 0] - centres, centres - boxes[:, None, 1])
        gaps = numpy.linalg.norm(numpy.maximum(outside, 0.0), axis=2) - radii
        best, pair = self.watch, None
        for index in numpy.argsort(gaps, axis=None, kind="stable"):
            part, ball = divmod(int(index), len(balls))
            if gaps[part, ball] >= best:
                break
            (body, link), (other, at) = links[part], balls[ball]
            near = engine.closest(body, other, best, link, at)
            if near is not None and near.distance < best:
                best, pair = near.distance, (links[part], balls[ball])
        return pair

    def _points(self, body: int) -> numpy.ndarray:
        segment = self.person.bodies[body]
        origin, turn = segment.pose
        known = self._turned.get(body)
        if known is None or known[0] != turn:
            known = (turn, numpy.array([rotate(turn, centre) for centre in segment.centres]))
            self._turned[body] = known
        centres: numpy.ndarray = known[1] + numpy.array(origin)
        return centres
