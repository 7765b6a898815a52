"""A base with two driven wheels in the engine: it turns to the next waypoint, drives there, and goes on to the goal."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial

from hiyari.physics.engine import Engine, Motion
from hiyari.physics.geometry import Vector, length, wrapped, yaw_of
from hiyari.physics.signals import Signal
from hiyari.physics.watching.nearness import Link
from hiyari.physics.watching.touching import Load

from .model import Base, Robot
from .safety import SafetyController

ARRIVED = 0.10
"""Metres from a waypoint at which it counts as reached."""
AIMED = 0.15
"""Radians within which the heading is good enough to drive."""


@dataclass
class BaseMachine:
    """One mobile base. ``begin`` must be called once before the first step."""

    name: str
    robot: Robot
    engine: Engine
    body: int
    owner: str
    safety: SafetyController
    way: list[tuple[float, float]] = field(default_factory=list)
    """Waypoints that are left."""
    goal: str = ""
    """Station or point it drives to."""
    route: str = ""
    visited: list[str] = field(default_factory=list)
    """Goals reached, in order."""
    speed: float = 0.0
    fastest: float = 0.0
    joint_ratio: float = 0.0
    motions: list[Motion] = field(default_factory=list)
    _drive: float = 0.0
    _turn: float = 0.0
    _velocity_before: Vector = (0.0, 0.0, 0.0)

    def begin(self) -> None:
        """Stand still."""
        joints, links = self.engine.joints(self.body), self.engine.links(self.body)
        self._wheels = [joints[self.base.left], joints[self.base.right]]
        self._link_names = {index: name for name, index in links.items()}
        self._links: list[Link] = [(self.body, index) for index in links.values()]
        self.moving_mass = self.engine.mass(self.body)
        self.command()
        self.sense()

    @property
    def base(self) -> Base:
        """What is special to it."""
        assert self.robot.base is not None
        return self.robot.base

    @property
    def payload(self) -> float:
        """Mass it carries, kg."""
        return 0.0

    @property
    def place(self) -> Vector:
        """Where it is."""
        return self.motions[0].position

    @property
    def yaw(self) -> float:
        """Its heading, radians."""
        return yaw_of(self.motions[0].orientation)

    def signals(self) -> dict[str, Signal]:
        """Return its signals: where it is, metres, its speed, m/s, and the state of its safety controller."""
        place = {axis: Signal(partial(self._coordinate, index), unit="m") for index, axis in enumerate("xyz")}
        return place | {
            "speed": Signal(read=lambda: self.speed, unit="m/s"),
            "mode": Signal(read=lambda: self.safety.mode, kind="text"),
        }

    def _coordinate(self, index: int) -> float:
        return self.place[index]

    def hazards(self) -> list[Link]:
        """Return every part that can hurt."""
        return self._links

    def go(self, way: list[tuple[float, float]], goal: str, route: str) -> None:
        """Drive along waypoints to a goal."""
        self.way, self.goal, self.route = list(way), goal, route

    def cancel(self) -> None:
        """Drive no further."""
        self.way, self.goal, self.route = [], "", ""

    def control(self, time: float, seconds: float) -> None:
        """Choose wheel speeds for one control tick."""
        limits = self.robot.limits
        braking = self.safety.braking(time)
        drive = turn = 0.0
        if braking is None and self.way:
            drive, turn = self._towards(self.way[0])
        step = (limits.acceleration if braking is None else braking) * seconds
        if braking is None and drive < self._drive:
            step = limits.braking * seconds
        self._drive += max(-step, min(step, drive - self._drive))
        self._turn += max(-4.0 * seconds, min(4.0 * seconds, turn - self._turn))
        self.command()

    def sense(self) -> None:
        """Read the motion after a step."""
        motion = self.engine.motion(self.body)
        self._velocity_before = self.motions[0].linear if self.motions else motion.linear
        self.motions = [motion]
        self.speed = self.fastest = length(motion.linear)

    def load(self) -> Load:
        """Return its numbers for a contact."""
        return Load(self.name, self.body, None, self._velocity_before, self.moving_mass, self.payload, self._link_names)

    def _towards(self, point: tuple[float, float]) -> tuple[float, float]:
        x, y, _ = self.place
        away = math.hypot(point[0] - x, point[1] - y)
        if away < ARRIVED:
            self.way.pop(0)
            if not self.way:
                self.visited.append(self.goal)
                self.goal = self.route = ""
                return 0.0, 0.0
            return self._towards(self.way[0])
        limits = self.robot.limits
        off = wrapped(math.atan2(point[1] - y, point[0] - x) - self.yaw)
        turn = max(-self.base.turn_speed, min(self.base.turn_speed, 2.0 * off))
        if abs(off) > 3.0 * AIMED:
            return 0.0, turn
        drive = min(limits.usual_speed, math.sqrt(2.0 * 0.5 * limits.acceleration * away) + 0.02)
        return drive * max(0.0, 1.0 - abs(off) / (3.0 * AIMED)), turn

    def command(self) -> None:
        """Command the wheels."""
        half = self._turn * self.base.track / 2.0
        speeds = [(self._drive - half) / self.base.wheel_radius, (self._drive + half) / self.base.wheel_radius]
        self.engine.command_speeds(self.body, self._wheels, speeds, self.base.wheel_force)
