"""Brakes that come late and are weak: a stop takes a longer way.

With speed v, reaction time r, and deceleration b a stop takes the way ``v r + v**2 / (2 b)``, as in the stopping
distances of ISO 13855 and of the annex on stopping of ISO 10218-1. This fault adds to r and takes a share of b.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from .fault import Lift, RobotFault, machine_of

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation


class LateBrakes(RobotFault):
    """Protective and emergency stops brake later, and less. Ordinary stops are as before."""

    kind: Literal["late_brakes"]
    """``late_brakes``."""
    delay: Annotated[float, Field(ge=0, le=10)] = 0.0
    """Added to the reaction time, seconds."""
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of the deceleration that is left."""

    @model_validator(mode="after")
    def _is_a_fault(self) -> LateBrakes:
        if self.delay == 0.0 and self.share == 1.0:
            raise ValueError("delay above 0 or share below 1 is needed")
        return self

    def check(self, built: Built, whom: str) -> None:
        """See Fault."""
        machine_of(built, whom)

    def begin(self, simulation: Simulation, whom: str) -> Lift:
        """See Fault."""
        safety = simulation.built.machines[whom].safety
        safety.brake_delay, safety.brake_share = self.delay, self.share

        def lift() -> None:
            safety.brake_delay, safety.brake_share = 0.0, 1.0

        return lift
