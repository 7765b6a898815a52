"""A crowd: people who walk together by the social force model, past walls and robots, to exits or after a robot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy
from numpy.typing import NDArray

from hiyari.physics.chance import drawn
from hiyari.physics.geometry import wrapped

from .acts.act import Doing
from .forces import Array, capped, from_others, from_walls, kept_apart, towards_aim
from .kinds import KINDS
from .model import CrowdModel, Someone
from .posture import Posture
from .surroundings import Spot, Surroundings, Wall

RADII = {"adult": 0.25, "older": 0.25, "child": 0.2, "wheelchair": 0.5, "stick": 0.3, "pram": 0.7}
"""Metres of the circle that stands for a body; for chairs and prams it covers most of them (approximation)."""
PASSED = 0.7
"""Metres from a corner at which the next one is headed for, and from an exit at which somebody has left."""
BEHIND = 1.2
"""Metres that who is led stays away from the robot."""
TURNING = 4.0
"""rad/s: how fast somebody in a crowd turns at most."""
ATTEMPTS = 4000
"""Draws of a place before a crowd counts as too many for its place."""


@dataclass
class Crowd:
    """A crowd at work. Rows of its arrays are its members."""

    name: str
    model: CrowdModel
    names: list[str]
    speeds: Array
    radii: Array
    now: Array
    then: Array
    velocities: Array
    headings: Array
    stages: list[int]
    gone: list[bool]
    joined: dict[str, Posture] = field(default_factory=dict)
    _since: float = 0.0
    _seconds: float = 1.0
    _turned: Array = field(default_factory=lambda: numpy.zeros(0))

    @classmethod
    def of(cls, name: str, model: CrowdModel, people: dict[str, Someone], seed: int) -> Crowd:
        """Return the crowd of people drawn by ``drawn_people``, with speeds drawn by seed."""
        spots = numpy.array([someone.position for someone in people.values()], dtype=float)
        wanted = [_speed(model, who, someone, seed) for who, someone in people.items()]
        return cls(
            name=name,
            model=model,
            names=list(people),
            speeds=numpy.array(wanted),
            radii=numpy.array([RADII[someone.kind] for someone in people.values()]),
            now=spots,
            then=spots.copy(),
            velocities=numpy.zeros_like(spots),
            headings=numpy.array([someone.yaw for someone in people.values()]),
            stages=[0] * len(people),
            gone=[False] * len(people),
            _turned=numpy.array([someone.yaw for someone in people.values()]),
        )

    def join(self, name: str, posture: Posture, speed: float, kind: str) -> None:
        """Take in somebody of the scene."""
        self.names.append(name)
        self.speeds = numpy.append(self.speeds, speed)
        self.radii = numpy.append(self.radii, RADII[kind])
        self.now = numpy.vstack([self.now, posture.feet])
        self.then = numpy.vstack([self.then, posture.feet])
        self.velocities = numpy.vstack([self.velocities, (0.0, 0.0)])
        self.headings = numpy.append(self.headings, posture.yaw)
        self._turned = numpy.append(self._turned, posture.yaw)
        self.stages.append(0)
        self.gone.append(False)

    def tick(self, around: Surroundings, time: float, seconds: float) -> None:
        """Work out the ways of the control tick that begins now."""
        self.now, self.headings = self.then, self._turned
        self._since, self._seconds = time, seconds
        here = numpy.array([not gone for gone in self.gone])
        if time < self.model.begin or not here.any():
            return
        self.then, self._turned = self.now.copy(), self.headings.copy()
        rows = numpy.flatnonzero(here)
        spots, velocities, speeds = self.now[rows], self.velocities[rows], self.speeds[rows]
        aims, paces = self._aims(rows, around)
        pull = towards_aim(aims * (speeds * paces)[:, None], velocities)
        pull += from_others(spots, aims, spots, velocities)
        blocks = around.blocks()
        pull += from_walls(spots, blocks)
        strangers = numpy.array([where() for name, where in around.people.items() if name not in self.names])
        if len(strangers):
            pull += from_others(spots, aims, strangers, numpy.zeros_like(strangers))
        robots = numpy.array([robot.where() for robot in around.robots.values()])
        if len(robots):
            pull += from_others(spots, aims, robots, numpy.zeros_like(robots), strength=3.0 * self.model.avoids_robots)
        velocities = capped(velocities + pull * seconds, speeds)
        moved = kept_apart(spots + velocities * seconds, self.radii[rows], blocks)
        longest = numpy.linalg.norm(moved - spots, axis=1)
        most = 2.0 * speeds * seconds + 1e-9
        moved = spots + (moved - spots) * numpy.minimum(1.0, most / numpy.maximum(longest, 1e-9))[:, None]
        self.velocities[rows] = (moved - spots) / seconds
        self.then[rows] = moved
        for row in rows:
            self._turn(int(row), seconds)
            if any(math.dist(self.then[row], exit_) < PASSED for exit_ in self.model.towards):
                self.gone[row] = self._through(int(row))

    def posture(self, name: str, still: Posture, time: float) -> Posture:
        """Return the posture of a member, who otherwise keeps the shape of ``still``."""
        row = self.names.index(name)
        if self.gone[row] and time >= self._since + self._seconds - 1e-9:
            return replace(still, feet=parked(row))
        share = min(1.0, max(0.0, (time - self._since) / self._seconds))
        spot = self.now[row] + (self.then[row] - self.now[row]) * share
        turn = wrapped(float(self._turned[row] - self.headings[row]))
        return replace(still, feet=(float(spot[0]), float(spot[1])), yaw=float(self.headings[row]) + turn * share)

    def doing(self, name: str) -> Doing:
        """Return what a member is seen to do."""
        row = self.names.index(name)
        if self.gone[row]:
            return "left"
        return "walking" if self._since >= self.model.begin and self._since > 0.0 else "standing"

    def left(self) -> int:
        """Return how many have left through an exit."""
        return sum(self.gone)

    def _through(self, row: int) -> bool:
        return self.stages[row] >= len(self.model.along)

    def _aims(self, rows: NDArray[numpy.int64], around: Surroundings) -> tuple[Array, Array]:
        """Return the direction each wants to go, and the share of the wanted speed."""
        aims, paces = numpy.zeros((len(rows), 2)), numpy.ones(len(rows))
        for index, row in enumerate(rows):
            spot = (float(self.now[row, 0]), float(self.now[row, 1]))
            goal = self._goal(int(row), spot, around)
            away = math.dist(spot, goal)
            keep = BEHIND if self.model.led_by and goal == around.where(self.model.led_by) else 0.0
            if away < 1e-6:
                paces[index] = 0.0
                continue
            aims[index] = ((goal[0] - spot[0]) / away, (goal[1] - spot[1]) / away)
            last = not self.model.towards and not self.model.led_by and self._through(int(row))
            paces[index] = 0.0 if last and away < PASSED else min(1.0, max(0.0, (away - keep) / 0.5))
        return aims, paces

    def _goal(self, row: int, spot: Spot, around: Surroundings) -> Spot:
        model = self.model
        while self.stages[row] < len(model.along):
            corner = model.along[self.stages[row]]
            if math.dist(spot, corner) > PASSED + float(self.radii[row]):
                return corner
            self.stages[row] += 1
        exits = sorted(model.towards, key=lambda exit_: math.dist(spot, exit_))
        if model.led_by and not (exits and math.dist(spot, exits[0]) < 3.0):
            return around.where(model.led_by)
        if exits:
            return exits[0]
        return model.along[-1] if model.along else spot

    def _turn(self, row: int, seconds: float) -> None:
        vx, vy = self.velocities[row]
        if math.hypot(vx, vy) < 0.15:
            return
        turn = wrapped(math.atan2(vy, vx) - float(self.headings[row]))
        most = TURNING * seconds
        self._turned[row] = self.headings[row] + max(-most, min(most, turn))


@dataclass
class Member:
    """The act of who is in a crowd."""

    crowd: Crowd
    name: str
    still: Posture

    @property
    def doing(self) -> Doing:
        """See Act."""
        return self.crowd.doing(self.name)

    def posture(self, time: float) -> Posture:
        """See Act."""
        return self.crowd.posture(self.name, self.still, time)

    def over(self, time: float) -> bool:
        """See Act."""
        return False

    def tick(self, around: Surroundings, time: float, seconds: float) -> None:
        """See Act; the crowd decides for all."""


def parked(row: int) -> Spot:
    """Return where somebody who has left is kept, far from everything."""
    return (-200.0 - 3.0 * row, -200.0)


def _speed(model: CrowdModel, name: str, someone: Someone, seed: int) -> float:
    """Return the speed somebody of a crowd wants, m/s: an adult's, slower by kind."""
    pace = KINDS[someone.kind].speed / KINDS["adult"].speed
    return max(0.3, drawn(seed, "pace", name).gauss(model.speed, model.speed_spread)) * pace


def drawn_people(
    name: str, model: CrowdModel, seed: int, walls: Sequence[Wall], taken: Sequence[Spot]
) -> dict[str, Someone]:
    """Return the people of a crowd at places drawn by seed.

    Args:
        name: Of the crowd.
        model: The crowd.
        seed: Of the episode.
        walls: What stands there.
        taken: Spots of who and what else is there; kept a metre away from.

    Raises:
        ValueError: If there is no room for so many.
    """
    found: dict[str, Someone] = {}
    places: list[tuple[Spot, float]] = []
    kinds = sorted(model.kinds)
    weights = [model.kinds[kind] for kind in kinds]
    for number in range(1, model.count + 1):
        draw = drawn(seed, "crowd", name, str(number))
        kind = draw.choices(kinds, weights)[0]
        radius = RADII[kind]
        for _ in range(ATTEMPTS // model.count + 20):
            low, high = model.where.low, model.where.high
            spot = (draw.uniform(low[0], high[0]), draw.uniform(low[1], high[1]))
            if (
                all(wall.nearest(spot)[0] > radius for wall in walls)
                and all(math.dist(spot, other) > radius + room for other, room in places)
                and all(math.dist(spot, other) > 1.0 for other in taken)
            ):
                break
        else:
            raise ValueError(f"where: there is no room for {model.count} people in it")
        places.append((spot, radius))
        found[f"{name}_{number}"] = Someone(
            title=model.title,
            position=spot,
            yaw=draw.uniform(-math.pi, math.pi),
            kind=kind,
            height=round(KINDS[kind].stature * draw.uniform(0.95, 1.05), 3),
            appearance=model.appearance if kind != "pram" else model.appearance.model_copy(update={"carries": "none"}),
        )
    return found
