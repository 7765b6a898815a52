"""A switch: something that is on or off, such as a lamp, a siren or a pump."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from hiyari.events import Data, LocalText
from hiyari.physics.signals import Signal, Value

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation


class Switch(Data):
    """Something that is switched on and off."""

    kind: Literal["switch"]
    """``switch``."""
    title: LocalText
    """What it is."""
    on: bool = False
    """Whether it is on at first."""

    def build(self, name: str, built: Built, seed: int) -> SwitchAtWork:
        """Return it at work."""
        return SwitchAtWork(self.on)


class SwitchAtWork:
    """The switch's state. Signal ``on``."""

    steps = False

    def __init__(self, on: bool) -> None:
        self.on = on

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""

    def step(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        return {"on": Signal(read=lambda: self.on, write=self._set, kind="switch")}

    def _set(self, value: Value) -> None:
        self.on = bool(value)
