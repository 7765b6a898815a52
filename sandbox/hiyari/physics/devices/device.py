"""What all devices at work share: values that are signals, and changes of them that are recorded."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hiyari.events import DeviceChanged
from hiyari.physics.signals import Signal, Value

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation


class DeviceAtWork:
    """A device in a built scene; kinds add ``tick`` and ``signals``."""

    steps = False

    def __init__(self, name: str, built: Built, **values: Value) -> None:
        self.name, self.built, self.engine = name, built, built.engine
        self.values: dict[str, Value] = dict(values)
        """Its quantities."""

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""

    def step(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        return {}

    def is_on(self, quantity: str) -> bool:
        """Return whether a switch of it is on."""
        return self.values[quantity] is True

    def number(self, quantity: str) -> float:
        """Return a number of it."""
        return float(self.values[quantity])

    def change(self, quantity: str, value: Value, cause: str) -> bool:
        """Set a quantity and record it; returns whether it changed."""
        before = self.values[quantity]
        if before == value:
            return False
        self.values[quantity] = value
        self.built.tell(
            DeviceChanged(device=self.name, quantity=quantity, before=before, after=value, cause=cause[:100])
        )
        return True

    def switch(self, quantity: str, write: Callable[[Value], None] | None = None) -> Signal:
        """Return the signal of a switch."""
        return Signal(read=self._reader(quantity), write=write, kind="switch")

    def measure(
        self,
        quantity: str,
        unit: str,
        low: float = -math.inf,
        high: float = math.inf,
        write: Callable[[Value], None] | None = None,
    ) -> Signal:
        """Return the signal of a number."""
        return Signal(read=self._reader(quantity), write=write, unit=unit, low=low, high=high)

    def setter(self, quantity: str) -> Callable[[Value], None]:
        """Return what sets a quantity; whoever calls it records that."""

        def set_value(value: Value) -> None:
            self.values[quantity] = value

        return set_value

    def _reader(self, quantity: str) -> Callable[[], Value]:
        return lambda: self.values[quantity]
