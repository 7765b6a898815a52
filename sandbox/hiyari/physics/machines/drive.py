"""What drives a mobile robot: it turns to the next waypoint, goes there, and on to the goal; or follows a velocity."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hiyari.events import CommandLapsed, Event
from hiyari.physics.engine import Engine, Motion
from hiyari.physics.geometry import wrapped, yaw_of
from hiyari.physics.signals import Signal

from .drives import AnyDrive, Locomotor
from .model import RobotLimits

ARRIVED = 0.10
"""Metres from a waypoint at which it counts as reached."""
AIMED = 0.15
"""Radians within which the heading is good enough to drive."""


@dataclass(frozen=True)
class Velocity:
    """A low-level command."""

    forward: float
    """m/s in the robot's frame; negative backwards."""
    turn: float = 0.0
    """rad/s about the upward axis."""
    climb: float = 0.0
    """m/s upward."""
    given: float = 0.0
    """When it was given, simulated seconds."""


@dataclass
class Drive:
    """The drive of one robot. Limits of speed, acceleration and braking are held here."""

    robot: str
    model: AnyDrive
    limits: RobotLimits
    engine: Engine
    body: int
    locomotor: Locomotor
    timeout: float | None
    """Seconds after which a velocity command lapses; none when it holds until the next."""
    tell: Callable[[Event], None] = field(repr=False)
    way: list[tuple[float, float]] = field(default_factory=list)
    """Waypoints that are left."""
    goal: str = ""
    """Station or point it drives to."""
    route: str = ""
    visited: list[str] = field(default_factory=list)
    """Goals reached, in order."""
    pace: float = 0.0
    """Speed on the way, m/s."""
    velocity: Velocity | None = None
    """The velocity command in force."""
    ceiling: float = math.inf
    """Speed that is allowed now, m/s."""
    enabled: bool = True
    """False while it has no power."""
    _forward: float = 0.0
    _turn: float = 0.0
    _climb: float = 0.0

    def __post_init__(self) -> None:
        self.pace = self.limits.usual_speed

    @property
    def steps(self) -> bool:
        """See Part."""
        return self.locomotor.steps

    @property
    def motion(self) -> Motion:
        """Where the base is and how it moves."""
        return self.engine.motion(self.body)

    @property
    def still(self) -> bool:
        """True when it neither goes anywhere nor is told to."""
        return not self.way and self.velocity is None and self._forward == self._turn == self._climb == 0.0

    def go(self, way: list[tuple[float, float]], goal: str, route: str) -> None:
        """Drive along waypoints to a goal."""
        self.way, self.goal, self.route, self.velocity = list(way), goal, route, None

    def move(self, velocity: Velocity) -> None:
        """Follow a velocity within the limits, until the next command or until it lapses; ends any way."""
        self.cancel()
        self.velocity = velocity

    def cancel(self) -> None:
        """Drive no further."""
        self.way, self.goal, self.route, self.velocity = [], "", "", None

    def begin(self) -> None:
        """See Part."""
        self.command()

    def control(self, time: float, seconds: float, braking: float | None) -> None:
        """See Part."""
        forward = turn = climb = 0.0
        if braking is None and self.enabled:
            forward, turn, climb = self._wanted(time)
            forward, climb = _within(forward, self.ceiling), _within(climb, self.ceiling)
        change = (self.limits.acceleration if braking is None else braking) * seconds
        slower = change if braking is not None else self.limits.braking * seconds
        self._forward = _towards(self._forward, forward, slower if abs(forward) < abs(self._forward) else change)
        self._climb = _towards(self._climb, climb, slower if abs(climb) < abs(self._climb) else change)
        self._turn = _towards(self._turn, turn, self.limits.turn_acceleration * seconds)
        self.command()

    def step(self, seconds: float) -> None:
        """See Part."""
        self.locomotor.step(seconds)

    def command(self) -> None:
        """See Part."""
        self.locomotor.apply(self._forward, self._turn, self._climb)

    def signals(self) -> Mapping[str, Signal]:
        """See Part."""
        return {
            "yaw": Signal(read=lambda: yaw_of(self.motion.orientation), unit="rad"),
            "goal": Signal(read=lambda: self.goal, kind="text"),
            "driving": Signal(read=lambda: bool(self.way) or self.velocity is not None, kind="switch"),
        }

    def _wanted(self, time: float) -> tuple[float, float, float]:
        if self.velocity is not None:
            age = time - self.velocity.given
            if self.timeout is not None and age > self.timeout:
                self.velocity = None
                self.tell(CommandLapsed(robot=self.robot, age=age))
                return 0.0, 0.0, 0.0
            fastest, spin = self.limits.speed, self.model.turn_speed
            wanted = self.velocity
            return _within(wanted.forward, fastest), _within(wanted.turn, spin), _within(wanted.climb, fastest)
        if self.way:
            return (*self._along(self.motion), 0.0)
        return 0.0, 0.0, 0.0

    def _along(self, motion: Motion) -> tuple[float, float]:
        x, y, _ = motion.position
        away = math.hypot(self.way[0][0] - x, self.way[0][1] - y)
        while away < ARRIVED:
            self.way.pop(0)
            if not self.way:
                self.visited.append(self.goal)
                self.goal = self.route = ""
                return 0.0, 0.0
            away = math.hypot(self.way[0][0] - x, self.way[0][1] - y)
        point = self.way[0]
        off = wrapped(math.atan2(point[1] - y, point[0] - x) - yaw_of(motion.orientation))
        turn = _within(2.0 * off, self.model.turn_speed)
        if abs(off) > 3.0 * AIMED:
            return 0.0, turn
        forward = min(self.pace, math.sqrt(2.0 * 0.5 * self.limits.acceleration * away) + 0.02)
        return forward * max(0.0, 1.0 - abs(off) / (3.0 * AIMED)), turn


def _within(value: float, most: float) -> float:
    return max(-most, min(most, value))


def _towards(now: float, wanted: float, change: float) -> float:
    return now + _within(wanted - now, change)
