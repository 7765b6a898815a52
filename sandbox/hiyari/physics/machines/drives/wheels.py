"""Driven wheels left and right: two of a transport robot, four of a skid-steered one."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hiyari.events import Data
from hiyari.physics.engine import Engine
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
    stand: Positive = 0.02
    """Height of the base's origin above the floor at the start, metres."""

    @property
    def joints(self) -> tuple[str, ...]:
        """Joints it needs."""
        return (*self.left, *self.right)

    def build(self, engine: Engine, body: int) -> WheelsAtWork:
        """Return them at work."""
        return WheelsAtWork(self, engine, body)


class WheelsAtWork:
    """Turns speeds of the base into speeds of the wheels."""

    steps = False

    def __init__(self, wheels: Wheels, engine: Engine, body: int) -> None:
        joints = engine.joints(body)
        self._wheels, self._engine, self._body = wheels, engine, body
        self._left = [joints[name] for name in wheels.left]
        self._right = [joints[name] for name in wheels.right]

    def apply(self, forward: float, turn: float, climb: float) -> None:
        """See Locomotor."""
        half = turn * self._wheels.track / 2.0
        left, right = ((forward + side * half) / self._wheels.wheel_radius for side in (-1.0, 1.0))
        speeds = [left] * len(self._left) + [right] * len(self._right)
        self._engine.command_speeds(self._body, [*self._left, *self._right], speeds, self._wheels.wheel_force)

    def step(self, seconds: float) -> None:
        """See Locomotor."""
