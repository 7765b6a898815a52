"""Somebody presses the emergency stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .timing import Timing

if TYPE_CHECKING:
    from hiyari.physics.simulation import Simulation


class EmergencyButton(Timing):
    """The emergency stop of all robots is pressed."""

    kind: Literal["emergency_button"]
    """``emergency_button``."""

    def happen(self, simulation: Simulation, time: float) -> None:
        """See Timing."""
        for machine in simulation.built.machines.values():
            simulation.changed(machine.safety.press_emergency(time))
