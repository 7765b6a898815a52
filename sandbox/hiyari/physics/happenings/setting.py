"""A quantity of the scene is set: a gust, a door that somebody opens, a stove that somebody turns on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from hiyari.physics.signals import Unsettable, fit

from .timing import Timing

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation


class SetsSignal(Timing):
    """A signal is set."""

    kind: Literal["set"]
    """``set``."""
    signal: str
    """Name of the signal, such as ``weather.wind``."""
    value: bool | float | str
    """What it is set to."""

    def check_built(self, built: Built) -> None:
        """See Timing."""
        try:
            signal = built.signals.find(self.signal)
        except LookupError as error:
            raise ValueError(f"signal: {error}") from None
        if signal.write is None:
            raise ValueError(f"signal: {self.signal} can only be read")
        try:
            fit(self.signal, signal, self.value)
        except Unsettable as error:
            raise ValueError(f"value: {error}") from None

    def happen(self, simulation: Simulation, time: float) -> None:
        """See Timing."""
        try:
            simulation.set_signal(self.signal, self.value, "happening")
        except Unsettable as error:
            simulation.note_in_both(str(error))
