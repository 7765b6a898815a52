"""How mobile robots move: one module for each kind of drive, named in ``AnyDrive``."""

from __future__ import annotations

from typing import Protocol

from .wheels import Wheels

AnyDrive = Wheels
"""Any drive, told apart by its ``kind``."""


class Locomotor(Protocol):
    """What turns wanted speeds of a base into commands of its motors."""

    @property
    def steps(self) -> bool:
        """Whether ``step`` is needed."""
        ...

    def apply(self, forward: float, turn: float, climb: float) -> None:
        """Command speeds: forward, m/s, about the upward axis, rad/s, and upward, m/s."""
        ...

    def step(self, seconds: float) -> None:
        """Work before one physics step; called only when ``steps`` is true."""
        ...


__all__ = ["AnyDrive", "Locomotor", "Wheels"]
