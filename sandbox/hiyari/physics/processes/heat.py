"""Heat: things as lumped capacities, hot surfaces, ignition, burns.

``m c dT/dt = P + h A (T_air - T) + sum G (T_other - T)`` for each body, with its power P, film coefficient h, surface A
and the conductances G (W/K) to the bodies it touches: the lumped-capacitance method (Incropera, DeWitt, Bergman and
Lavine, Fundamentals of Heat and Mass Transfer, chapter 5), which holds for Biot numbers below 0.1. Each tick is solved
exactly with the neighbours' temperatures held. Film coefficients of still air are 2 to 25 W/m2K (the same, table 1.1);
conductances of a pot on a plate are hundreds of W/m2K of touching area (ch. 3, table 3.1). Radiation and evaporation
are not modelled: h may be raised for them, and ``most`` caps a body, such as water at 100 degC.

Ignition is a temperature and a time within a distance, not chemistry. Burns are ``burning.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from hiyari.events import Data
from hiyari.physics.devices.region import Region
from hiyari.physics.mechanism import Misfit
from hiyari.physics.objects import ObjectState
from hiyari.physics.signals import Signal
from hiyari.physics.values import Name, Number, Positive

from .burning import HOT, Burns, Fires, Ignition
from .lookup import one_of, quantity

if TYPE_CHECKING:
    from hiyari.physics.engine import Engine
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation

TOUCH = 0.004
"""Metres within which two bodies conduct."""
LOOK = 0.1
"""Seconds between two looks at who touches whom."""

Material = Literal["metal", "ceramic", "plastic"]


class HeatBody(Data):
    """One thing that takes part. Its state ``temperature`` (degC) is its first temperature, else the air's."""

    capacity: Positive
    """m c, J/K: 4186 for each kg of water, about 900 for aluminium, 500 for steel."""
    area: Positive = 0.05
    """Surface to the air, m2."""
    film: float = Field(default=10.0, ge=0, le=500)
    """h, W/m2K."""
    power: float = Field(default=0.0, ge=0)
    """Electric or gas power at full, W."""
    level: str | float = 0.0
    """Signal that sets the power: a switch, or a share between 0 and 1."""
    inside: Name | None = None
    """Device, such as a microwave oven, in whose region it must lie for the power to reach it."""
    holds: Number | None = None
    """Temperature that a thermostat keeps while the level is above 0, degC; power is cut above it."""
    conductance: float = Field(default=5.0, ge=0)
    """G to a body that it touches, W/K; the smaller of both counts."""
    most: Number | None = None
    """Temperature it does not pass, degC: what boils."""
    material: Material = "metal"
    """Of its surface, for burns."""


class Heat(Data):
    """Temperatures of things; one in a scene."""

    kind: Literal["heat"]
    """``heat``."""
    air: str | float = 20.0
    """Air temperature, degC: a number, or a signal such as ``weather.temperature``."""
    bodies: dict[Name, HeatBody] = Field(min_length=1)
    """Things by name."""
    ignition: dict[Name, Ignition] = {}
    """How things tagged ``flammable`` catch fire; the others among them as the default says."""

    @model_validator(mode="after")
    def _power_has_a_level(self) -> Heat:
        for name, body in self.bodies.items():
            if body.power > 0.0 and body.level == 0.0:
                raise ValueError(f"bodies.{name}.level: a body with power needs a level")
        return self

    def build(self, name: str, built: Built, seed: int) -> HeatAtWork:
        """Return it at work."""
        air = quantity(built, self.air, "air")
        bodies = {}
        for thing, section in self.bodies.items():
            state = one_of(built.objects, thing, "thing", f"bodies.{thing}")
            first = state.values.setdefault("temperature", air())
            if isinstance(first, bool | str):
                raise Misfit(f"bodies.{thing}", f"states.temperature of {thing!r} is a number in degC")
            state.values.setdefault("hot", float(first) >= HOT)
            level = quantity(built, section.level, f"bodies.{thing}.level")
            bodies[thing] = Warm(state, section, level, _region(built, section.inside, f"bodies.{thing}.inside"))
        for thing in self.ignition:
            one_of(built.objects, thing, "thing", f"ignition.{thing}")
        flammable = {
            thing: (state, self.ignition.get(thing, Ignition()))
            for thing, state in built.objects.items()
            if state.has("flammable") or thing in self.ignition
        }
        return HeatAtWork(name, bodies, air, Fires(flammable), Burns(name))


@dataclass
class Warm:
    """One body at work."""

    state: ObjectState
    section: HeatBody
    level: Callable[[], float]
    region: Region | None = None
    touching: list[Warm] = field(default_factory=list)

    @property
    def temperature(self) -> float:
        """Its temperature, degC."""
        return float(self.state.values["temperature"])

    def power(self) -> float:
        """Return its power now, W; 0 above what its thermostat holds, and outside of what must hold it."""
        section = self.section
        if section.power <= 0.0 or (self.region is not None and not self.region.has(self.state.motion.position)):
            return 0.0
        if section.holds is not None and self.temperature >= section.holds:
            return 0.0
        return section.power * min(1.0, max(0.0, self.level()))


def _region(built: Built, device: str | None, field: str) -> Region | None:
    if device is None:
        return None
    found = getattr(one_of(built.mechanisms, device, "device", field), "region", None)
    if not isinstance(found, Region):
        raise Misfit(field, f"{device!r} has no region in which things lie")
    return found


def relaxed(temperature: float, steady: float, conductance: float, capacity: float, seconds: float) -> float:
    """Return ``T_s + (T - T_s) exp(-G t / (m c))``, degC.

    Args:
        temperature: T, degC.
        steady: T_s that it tends to, degC.
        conductance: G to all that surrounds it, W/K.
        capacity: m c, J/K.
        seconds: t.
    """
    return steady + (temperature - steady) * math.exp(-conductance * seconds / capacity)


@dataclass
class HeatAtWork:
    """The temperatures. Each body's is its thing's state ``temperature``; ``hot`` is true from 48 degC.

    Signals ``hottest`` (degC) and ``fires``, the number of things that burn.
    """

    name: str
    bodies: dict[str, Warm]
    air: Callable[[], float]
    fires: Fires
    burns: Burns
    steps: bool = False
    _due: float = 0.0

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        if simulation.time >= self._due:
            self._due = simulation.time + LOOK
            _find_touching(simulation.engine, list(self.bodies.values()))
            self.fires.look(simulation, {name: warm.temperature for name, warm in self.bodies.items()}, LOOK)
        air = self.air()
        after = {name: self._after(warm, air, seconds) for name, warm in self.bodies.items()}
        for name, temperature in after.items():
            state = self.bodies[name].state
            state.drift("temperature", temperature)
            if bool(state.values.get("hot")) != (temperature >= HOT):
                state.change("hot", temperature >= HOT, f"{self.name}: {temperature:.0f} degC")
        for name, warm in self.bodies.items():
            if warm.temperature >= HOT - 5.0:
                self.burns.look(simulation, name, warm.state.body, warm.temperature, warm.section.material)

    def step(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        return {
            "hottest": Signal(read=lambda: max(warm.temperature for warm in self.bodies.values()), unit="degC"),
            "fires": Signal(read=lambda: float(self.fires.burning)),
        }

    @staticmethod
    def _after(warm: Warm, air: float, seconds: float) -> float:
        section = warm.section
        to_air = section.film * section.area
        total, weighted = to_air, to_air * air + warm.power()
        for other in warm.touching:
            joint = min(section.conductance, other.section.conductance)
            total, weighted = total + joint, weighted + joint * other.temperature
        if total <= 0.0:
            after = warm.temperature + warm.power() * seconds / section.capacity
        else:
            after = relaxed(warm.temperature, weighted / total, total, section.capacity, seconds)
        return after if section.most is None else min(after, section.most)


def _find_touching(engine: Engine, bodies: list[Warm]) -> None:
    for warm in bodies:
        warm.touching = []
    for index, one in enumerate(bodies):
        for other in bodies[index + 1 :]:
            if engine.closest(one.state.body, other.state.body, TOUCH) is not None:
                one.touching.append(other)
                other.touching.append(one)
