"""A thing that is heavier, or lighter, than everybody was told."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from hiyari.errors import unknown_name
from hiyari.events import Data
from hiyari.physics.values import Positive

from .fault import Lift

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation


class Heavy(Data):
    """The engine has another mass than the thing's ``mass``, which skills, checks and texts go by."""

    on: ClassVar[Literal["thing"]] = "thing"

    kind: Literal["heavy"]
    """``heavy``."""
    mass: Positive
    """True mass, kg."""

    def check(self, built: Built, whom: str) -> None:
        """See Fault."""
        if whom not in built.things:
            raise ValueError(f"thing: {unknown_name('thing', whom, built.things).problem}")
        thing = built.scene.things[whom]
        if thing.mass <= 0.0:
            raise ValueError(f"thing: {whom} stands still; only what has mass can be heavier than told")
        if thing.vessel is not None:
            raise ValueError(f"thing: {whom} is a vessel, whose mass is that of what it holds")

    def begin(self, simulation: Simulation, whom: str) -> Lift:
        """See Fault."""
        engine, body = simulation.engine, simulation.built.things[whom]
        told = engine.mass(body)
        engine.set_mass(body, self.mass)
        return lambda: engine.set_mass(body, told)
