"""Driven wheels left and right: two of a transport robot, four of a skid-steered one.

Wheels that skid when the base turns follow no fixed track: how much they slip depends on floor and load, and engines
solve the friction of wheels that all slip only roughly. Their turning is therefore corrected by a gyro's reading, as
controllers of skid-steered robots do.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hiyari.events import Data
from hiyari.physics.engine import Engine
from hiyari.physics.signals import Signals
from hiyari.physics.values import Positive


class Wheels(Data):
    """Wheels that turn a base by their difference."""

    kind: Literal["wheels"]
    """``wheels``."""
    left: tuple[str, ...] = Field(min_length=1)
    """Joints of the left wheels."""
    right: tuple[str, ...] = Field(min_length=1)
    """Joints of the right wheels."""
    wheel_radius: Positive
    """Metres."""
    track: Positive
    """Distance of left and right wheels, metres; the effective one of wheels that skid when turning."""
    wheel_force: Positive
    """Largest torque of a wheel, N m."""
    turn_speed: Positive
    """Largest turning speed, rad/s."""
    gyro: bool = False
    """Whether the turning speed is corrected by a gyro."""
    stand: Positive = 0.02
    """Height of the base's origin above the floor at the start, metres."""

    @property
    def joints(self) -> tuple[str, ...]:
        """Joints it needs."""
        return (*self.left, *self.right)

    def build(self, engine: Engine, body: int) -> WheelsAtWork:
        """Return them at work."""
        return WheelsAtWork(self, engine, body)


RESTING = 0.02
"""rad/s below which a wheel counts as resting."""
LEARN = 0.2
"""Share of an error of the turning speed that is corrected at every command."""
MOST = 3.0
"""Largest correction as a multiple of the largest turning speed."""


class WheelsAtWork:
    """Turns speeds of the base into speeds of the wheels."""

    steps = False
    aloft = None
    drawn = None

    def __init__(self, wheels: Wheels, engine: Engine, body: int) -> None:
        joints = engine.joints(body)
        self._wheels, self._engine, self._body = wheels, engine, body
        self._left = [joints[name] for name in wheels.left]
        self._right = [joints[name] for name in wheels.right]
        self.strength = 1.0
        """Share of their torque that the motors have."""
        self._trim = 0.0
        self._held: list[float] | None = None

    def listen(self, signals: Signals) -> None:
        """See Locomotor."""

    def power(self, on: bool) -> None:
        """See Locomotor; the drive brakes without power."""

    def apply(self, forward: float, turn: float, climb: float) -> None:
        """See Locomotor."""
        wheels = self._wheels
        if wheels.gyro:
            self._correct(turn)
        half = (turn + self._trim) * wheels.track / 2.0
        left, right = ((forward + side * half) / wheels.wheel_radius for side in (-1.0, 1.0))
        if left == right == 0.0 and self._hold():
            return
        self._held = None
        speeds = [left] * len(self._left) + [right] * len(self._right)
        self._engine.command_speeds(self._body, [*self._left, *self._right], speeds, self._torque)

    def step(self, seconds: float) -> None:
        """See Locomotor."""

    @property
    def _torque(self) -> float:
        return self._wheels.wheel_force * self.strength

    def _correct(self, turn: float) -> None:
        if turn == 0.0:
            self._trim = 0.0
            return
        error = turn - self._engine.motion(self._body).angular[2]
        most = MOST * self._wheels.turn_speed
        self._trim = max(-most, min(most, self._trim + LEARN * error))

    def _hold(self) -> bool:
        """Keep the wheels where they came to rest: at a speed of zero alone they creep. Returns whether they have."""
        joints = [*self._left, *self._right]
        if self._held is None:
            positions, speeds = self._engine.joint_states(self._body, joints)
            if max(map(abs, speeds)) > RESTING:
                return False
            self._held = positions
        count = len(joints)
        forces, speeds = [self._torque] * count, [1.0] * count
        self._engine.command_positions(self._body, joints, self._held, forces, speeds)
        return True
