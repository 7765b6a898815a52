"""Moving an arm without a planned path: towards joint positions, or at a velocity of the tool.

Every tick the joints' speeds are led towards those wanted, no faster than acceleration and braking allow. Speeds are
measured by the fastest of all joint origins and the tool, as on planned paths.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt

import numpy

from hiyari.physics.geometry import Vector

from .kinematics import Array, Chain, forward, points
from .model import RobotLimits

TURN_LENGTH = 0.15
"""Metres that one radian of the fastest joint counts at least, so that turning on the spot takes time."""
JOINT_SHARE = 0.8
"""Share of the joints' speed limits that is used."""
SPEED_SHARE = 0.9
"""Share of the speed limit that is used, so that it is not passed at corners."""
DAMPING = 0.02
"""Of the least squares that turn velocities of the tool into those of joints: bounds them near singular postures."""
MARGIN = 0.02
"""Of a joint's range that is left free, radians or metres."""
STILL = 1e-6
NUDGE = 1e-3
"""Seconds over which speeds of points are differenced."""


@dataclass(frozen=True)
class Aim:
    """Joint positions to go to."""

    positions: Sequence[float]
    """Radians, of sliding joints metres."""
    speed: float
    """m/s of the fastest point."""


@dataclass(frozen=True)
class Jog:
    """A velocity of the tool in the robot's frame."""

    linear: Vector
    """m/s."""
    angular: Vector
    """rad/s."""
    given: float
    """When it was given, simulated seconds."""


@dataclass
class Steering:
    """The command of one arm that is in force, and the joints' speeds."""

    chain: Chain
    limits: RobotLimits
    command: Aim | Jog | None = None
    blocked: bool = False
    """True while the edge of the workspace keeps it from going on."""
    rates: list[float] = field(default_factory=list)
    """Speeds of the joints, rad/s or m/s."""

    def advance(self, now: Sequence[float], seconds: float, braking: float | None) -> list[float]:
        """Return the joint positions to command next; the command ends where it is reached or braked.

        Args:
            now: Joint positions commanded before.
            seconds: Length of the tick.
            braking: Deceleration of a stop, m/s2, or none.
        """
        rates = self.rates or [0.0] * len(now)
        wanted, goal = [0.0] * len(now), None
        if braking is None:
            wanted, goal = self._wanted(now, seconds)
        change = [b - a for a, b in zip(rates, wanted, strict=True)]
        slower = braking is not None or self.size(now, wanted) < self.size(now, rates)
        most = (self.limits.acceleration if braking is None else braking) if slower else self.limits.acceleration
        share = min(1.0, most * seconds / max(STILL, self.size(now, change)))
        rates = [a + share * b for a, b in zip(rates, change, strict=True)]
        if goal is not None and share == 1.0:
            self.command, self.rates = None, []
            return goal
        self.rates = rates
        if braking is not None and self.size(now, rates) < STILL:
            self.command, self.rates = None, []
        after = [a + rate * seconds for a, rate in zip(now, rates, strict=True)]
        return [min(j.high, max(j.low, value)) for j, value in zip(self.chain.moving, after, strict=True)]

    def size(self, now: Sequence[float], rates: Sequence[float]) -> float:
        """Return the speed of the fastest point at joint speeds, m/s."""
        moved = [value + rate * NUDGE for value, rate in zip(now, rates, strict=True)]
        return self._length(now, moved) / NUDGE

    def _length(self, now: Sequence[float], then: Sequence[float]) -> float:
        spots = points(self.chain, then) - points(self.chain, now)
        widest = max(abs(b - a) for a, b in zip(now, then, strict=True))
        farthest = sqrt(float((spots**2).sum(axis=1).max()))
        return max(farthest, TURN_LENGTH * widest)

    def _wanted(self, now: Sequence[float], seconds: float) -> tuple[list[float], list[float] | None]:
        """Return the joint speeds wanted, and the joint positions to take when they are reached within this tick."""
        command = self.command
        if isinstance(command, Aim):
            goal = [float(value) for value in command.positions]
            left = self._length(now, goal)
            if left < STILL:
                return [0.0] * len(now), goal
            pace = min(command.speed, sqrt(2.0 * self.limits.acceleration * left) * SPEED_SHARE, left / seconds)
            rates = [(b - a) / left * pace for a, b in zip(now, goal, strict=True)]
            held = self._held(now, rates)
            return held, goal if left < 1e-4 and held == rates else None
        if isinstance(command, Jog):
            _, jacobian = forward(self.chain, now)
            twist = numpy.array([*command.linear, *command.angular])
            rates = self._held(now, self._following(now, jacobian, twist))
            self.blocked = self._leaves(now, rates)
            return ([0.0] * len(now) if self.blocked else rates), None
        return [0.0] * len(now), None

    def _held(self, now: Sequence[float], rates: list[float]) -> list[float]:
        """Return speeds scaled down to the limits of joints and tool."""
        share = min(1.0, self.limits.speed * SPEED_SHARE / max(STILL, self.size(now, rates)))
        for joint, rate in zip(self.chain.moving, rates, strict=True):
            share = min(share, JOINT_SHARE * joint.speed / max(STILL, abs(rate)))
        return [rate * share for rate in rates]

    def _following(self, now: Sequence[float], jacobian: Array, twist: Array) -> list[float]:
        """Return the joint speeds that come nearest to a velocity of the tool without leaving a joint's range."""
        rates: list[float] = []
        for _ in now:
            damped = jacobian @ jacobian.T + DAMPING**2 * numpy.eye(6)
            rates = [float(rate) for rate in jacobian.T @ numpy.linalg.solve(damped, twist)]
            stuck = [self._ends(index, now[index], rate) for index, rate in enumerate(rates)]
            if not any(stuck):
                break
            jacobian = numpy.where(numpy.array(stuck), 0.0, jacobian)
        return rates

    def _ends(self, index: int, value: float, rate: float) -> bool:
        joint = self.chain.moving[index]
        return rate != 0.0 and abs((joint.high if rate > 0.0 else joint.low) - value) < MARGIN

    def _leaves(self, now: Sequence[float], rates: list[float]) -> bool:
        """Return whether the tool would leave the workspace before it could stop."""
        space = self.limits.workspace
        if space is None:
            return False
        ahead = 0.05 + self.size(now, rates) / (2.0 * self.limits.acceleration)
        then = [value + rate * ahead for value, rate in zip(now, rates, strict=True)]
        places = [points(self.chain, some)[-1] for some in (now, then)]
        here, there = (space.outside((float(p[0]), float(p[1]), float(p[2]))) for p in places)
        return there > max(0.0, here)
