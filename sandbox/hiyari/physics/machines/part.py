"""What a machine is made of: an arm, a drive, pieces of equipment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from hiyari.physics.signals import Signal


class Part(Protocol):
    """One actuated part of a machine."""

    @property
    def steps(self) -> bool:
        """Whether ``step`` is needed."""
        ...

    def begin(self) -> None:
        """Take its first posture; called once, before the first step."""
        ...

    def control(self, time: float, seconds: float, braking: float | None) -> None:
        """Work for one control tick.

        Args:
            time: Simulated seconds.
            seconds: Length of the tick.
            braking: Deceleration of a stop that is in force, m/s2, or none while the machine may move.
        """
        ...

    def step(self, seconds: float) -> None:
        """Work before one physics step; called only when ``steps`` is true."""
        ...

    def command(self) -> None:
        """Command the motors again, as after a change of the step rate."""
        ...

    def signals(self) -> Mapping[str, Signal]:
        """Return its signals by quantity."""
        ...


class Equipment(Part, Protocol):
    """A piece of equipment."""

    @property
    def busy(self) -> bool:
        """Whether it moves."""
        ...

    def halt(self) -> None:
        """Stop what it does, as an ordinary stop."""
        ...
