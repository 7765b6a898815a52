"""How mobile robots move: one module for each kind of drive, named in ``AnyDrive``."""

from __future__ import annotations

from typing import Annotated, Protocol

from pydantic import Field

from hiyari.physics.signals import Signals

from .legs import Legs
from .rotors import Rotors
from .wheels import Wheels

AnyDrive = Annotated[Legs | Rotors | Wheels, Field(discriminator="kind")]
"""Any drive, told apart by its ``kind``."""


class Locomotor(Protocol):
    """What turns wanted speeds of a base into commands of its motors."""

    @property
    def steps(self) -> bool:
        """Whether ``step`` is needed."""
        ...

    @property
    def aloft(self) -> bool | None:
        """Whether it flies now; none of what never does."""
        ...

    @property
    def drawn(self) -> float | None:
        """Power it draws now, W; none when it does not know."""
        ...

    def listen(self, signals: Signals) -> None:
        """Get to know the signals of the scene; called once, before the first step."""
        ...

    def power(self, on: bool) -> None:
        """Have power, or not any more."""
        ...

    def apply(self, forward: float, turn: float, climb: float) -> None:
        """Command speeds: forward, m/s, about the upward axis, rad/s, and upward, m/s."""
        ...

    def step(self, seconds: float) -> None:
        """Work before one physics step; called only when ``steps`` is true."""
        ...


__all__ = ["AnyDrive", "Legs", "Locomotor", "Rotors", "Wheels"]
