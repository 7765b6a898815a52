"""What drives a mobile robot: it turns to the next waypoint, goes there, and on to the goal; or follows a velocity."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hiyari.events import CommandLapsed, CommandReplaced, Event
from hiyari.physics.engine import Engine, Motion, finite
from hiyari.physics.geometry import wrapped, yaw_of
from hiyari.physics.signals import Signal, Value

from .drives import AnyDrive, Locomotor, Rotors
from .model import RobotLimits

ARRIVED = 0.10
"""Metres from a waypoint at which it counts as reached."""
NEAR_HEIGHT = 0.3
"""Metres below its height from which on what flies goes along its way."""
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
    blocked: bool = False
    """True while its load keeps it from driving."""
    height: float | None = None
    """Height to fly at on the way, metres; its usual one when none."""
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

    def go(self, way: list[tuple[float, float]], goal: str, route: str, height: float | None = None) -> None:
        """Drive along waypoints to a goal; what flies does so at a height, metres."""
        if self.velocity is not None:
            self.tell(CommandReplaced(robot=self.robot, part="drive", before="velocity", after="way"))
        self.way, self.goal, self.route, self.velocity = list(way), goal, route, None
        self.height = height

    def move(self, velocity: Velocity) -> None:
        """Follow a velocity within the limits, until the next command or until it lapses; ends any way.

        Raises:
            ValueError: If a number is not finite.
        """
        finite("velocity", (velocity.forward, velocity.turn, velocity.climb))
        if self.way:
            self.tell(CommandReplaced(robot=self.robot, part="drive", before="way", after="velocity"))
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
        self.locomotor.power(self.enabled)
        if braking is None and self.enabled and not self.blocked:
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
            **self._power(),
            "driving": Signal(read=lambda: bool(self.way) or self.velocity is not None, kind="switch"),
        }

    def _power(self) -> dict[str, Signal]:
        found = {"powered": Signal(read=lambda: self.enabled, write=self._switch, kind="switch")}
        if self.locomotor.drawn is not None:
            found["power"] = Signal(read=lambda: self.locomotor.drawn or 0.0, unit="W")
        if self.locomotor.aloft is not None:
            found["aloft"] = Signal(read=lambda: bool(self.locomotor.aloft), kind="switch")
        return found

    def _switch(self, value: Value) -> None:
        self.enabled = bool(value)

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
            motion = self.motion
            climb = self._rise(motion)
            if climb is None:
                return 0.0, 0.0, self.limits.usual_speed
            return (*self._along(motion), climb)
        return 0.0, 0.0, 0.0

    def _rise(self, motion: Motion) -> float | None:
        """Return the speed upward on the way, m/s, or none while it is too low to go anywhere."""
        if not isinstance(self.model, Rotors):
            return 0.0
        off = (self.model.cruise if self.height is None else self.height) - motion.position[2]
        if not self.locomotor.aloft or off > NEAR_HEIGHT:
            return None
        return _within(off, self.limits.usual_speed)

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
