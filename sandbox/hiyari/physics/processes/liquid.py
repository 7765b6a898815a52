"""Liquids in vessels: pouring, catching, spilling.

A vessel tilted beyond the angle at which the level reaches the rim runs out (``liquid_flow``), level and quiet: no
sloshing. The stream leaves the lip at the mean speed over a weir, ``2/3 C sqrt(2 g H)``, and falls as a thrown body
without drag. It is caught by the highest vessel, tilted by less than 60 degrees, whose opening it meets; else it lies
as a puddle where it falls. Nothing evaporates, splashes or is lost: what is in vessels and puddles stays the same. The
mass of a vessel that moves follows what is in it; temperatures mix by mass.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from hiyari.events import Data
from hiyari.physics.mechanism import Misfit
from hiyari.physics.signals import Signal
from hiyari.physics.values import Name, Positive, Share

from .burning import Burns
from .exposure import Exposures
from .liquid_flow import puddle_depth
from .puddles import LITRE, Puddles
from .vessel import Full, Stream, falls_on, meets

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation


class Fluid(Data):
    """What matters of a liquid."""

    density: Positive = 1000.0
    """kg/m3."""
    tension: Positive = 0.072
    """Surface tension, N/m."""
    contact_angle: float = Field(default=1.05, gt=0, lt=3.15)
    """On the surfaces of the scene, radians."""


FLUIDS = {
    "water": Fluid(),
    "oil": Fluid(density=920.0, tension=0.033, contact_angle=0.6),
    "milk": Fluid(density=1030.0, tension=0.050),
    "coffee": Fluid(tension=0.060),
    "soup": Fluid(density=1020.0, tension=0.055),
    "ethanol": Fluid(density=789.0, tension=0.022, contact_angle=0.35),
    "bleach": Fluid(density=1080.0, tension=0.065),
    "acid": Fluid(density=1100.0, tension=0.070),
    "petrol": Fluid(density=745.0, tension=0.022, contact_angle=0.35),
}
"""Densities and surface tensions near 20 degC, CRC Handbook of Chemistry and Physics for water and ethanol; the others
and all contact angles are indicative."""


class Liquid(Data):
    """What is in the vessels of a scene; one in a scene. Vessels are the things with a section ``vessel``."""

    kind: Literal["liquid"]
    """``liquid``."""
    fluids: dict[Name, Fluid] = {}
    """Further substances."""
    slip: Share = 0.35
    """Share of their friction that wheels keep in a puddle."""

    def build(self, name: str, built: Built, seed: int) -> LiquidAtWork:
        """Return it at work."""
        fluids = FLUIDS | self.fluids
        vessels = {}
        for thing, state in built.objects.items():
            vessel = state.thing.vessel
            if vessel is None:
                continue
            if vessel.substance not in fluids:
                known = ", ".join(sorted(fluids))
                raise Misfit("fluids", f"{vessel.substance!r} of {thing!r} is not known; there are {known}")
            state.values.setdefault("full", 0.0)
            state.values.setdefault("substance", vessel.substance)
            vessels[thing] = Full(state, vessel, {one: fluid.density for one, fluid in fluids.items()})
        if not vessels:
            raise Misfit("", "a scene with liquid needs things with a section 'vessel'")
        return LiquidAtWork(self, name, vessels, fluids)


class LiquidAtWork:
    """The liquids. Signals ``spilled`` and ``total``, litres, and ``puddles``, how many lie."""

    steps = False

    def __init__(self, liquid: Liquid, name: str, vessels: dict[str, Full], fluids: Mapping[str, Fluid]) -> None:
        self.name, self.vessels, self._fluids = name, vessels, fluids
        self.puddles = Puddles(name, liquid.slip)
        self._burns, self._splashes = Burns(name), Exposures(name, "liquid", "L")
        for vessel in vessels.values():
            vessel.weigh()

    @property
    def total(self) -> float:
        """Liquid in vessels and puddles, m3."""
        return sum(vessel.volume for vessel in self.vessels.values()) + self.puddles.volume

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        for name, vessel in self.vessels.items():
            stream = vessel.run_out(seconds)
            if stream is not None and stream.volume > 0.0:
                self._fall(simulation, name, vessel, stream)
        for vessel in self.vessels.values():
            vessel.settle(simulation.time)
        self.puddles.look(simulation)

    def step(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        return {
            "spilled": Signal(read=lambda: self.puddles.volume / LITRE, unit="L"),
            "total": Signal(read=lambda: self.total / LITRE, unit="L"),
            "puddles": Signal(read=lambda: float(len(self.puddles.lying))),
        }

    def _fall(self, simulation: Simulation, name: str, vessel: Full, stream: Stream) -> None:
        vessel.flowed(simulation.time, f"{self.name}: poured out")
        others = [(other, one) for other, one in self.vessels.items() if other != name]
        catching = [(one.rim[2], other, one) for other, one in others if meets(stream, one)]
        if catching:
            _, _, into = max(catching, key=lambda found: (found[0], found[1]))
            into.flowed(simulation.time, f"{self.name}: poured in from {name}")
            into.take(stream.parts, vessel.temperature)
            return
        bodies = {one.state.body for one in self.vessels.values()}
        surface, person, place = falls_on(simulation, stream, vessel.state.body, bodies)
        if person:
            self._splash(simulation, person, name, vessel, stream)
        fluid = self._fluids[max(stream.parts, key=lambda one: stream.parts[one])]
        depth = puddle_depth(fluid.tension, fluid.density, fluid.contact_angle)
        self.puddles.add(stream.parts, surface, place, depth, name)
        state = simulation.built.objects.get(surface)
        if state is not None and state.has("powered"):
            state.change("wet", True, f"{self.name}: {stream.substance} from {name}")

    def _splash(self, simulation: Simulation, who: str, name: str, vessel: Full, stream: Stream) -> None:
        person, _, region = who.partition(":")
        if vessel.temperature is not None and vessel.temperature >= 43.0:
            self._burns.touch(simulation, person, region, name, vessel.temperature, "liquid")
        told = self._splashes.see(simulation.time, person, stream.substance, stream.volume / LITRE, 0.0, region)
        if told is not None:
            simulation.tell(told)
