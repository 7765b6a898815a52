"""Gas in a room: the well-mixed box model.

``dC/dt = S/V - n C`` with the volume share C, the leak S (m3/s), the room's volume V and n air changes a second; solved
exactly over each tick, ``C = S/(n V) + (C0 - S/(n V)) exp(-n t)`` (ASHRAE Handbook Fundamentals, single-zone mass
balance; in Hemeon, Plant and Process Ventilation). No layers, no draught, no ignition: a room is one concentration.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from pydantic import Field, model_validator

from hiyari.events import AreaExposed, Data, ObjectChanged, Released
from hiyari.physics.mechanism import Misfit
from hiyari.physics.signals import Signal
from hiyari.physics.values import Flat, Name, Positive, Share

from .exposure import Exposures
from .lookup import one_of, quantity

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation


class Substance(NamedTuple):
    """Limits of a gas."""

    lower_explosive: float | None
    """Lower explosive limit, ppm; none for what does not burn."""
    exposure: float
    """Short-term or ceiling exposure limit, ppm."""


SUBSTANCES = {
    "methane": Substance(50_000.0, 1_000.0),
    "propane": Substance(21_000.0, 1_000.0),
    "hydrogen": Substance(40_000.0, 4_000.0),
    "carbon_monoxide": Substance(125_000.0, 200.0),
    "carbon_dioxide": Substance(None, 30_000.0),
    "ammonia": Substance(150_000.0, 35.0),
    "chlorine": Substance(None, 0.5),
}
"""NIOSH Pocket Guide to Chemical Hazards: LEL of each, STEL or ceiling of carbon dioxide, ammonia, carbon monoxide and
chlorine, TWA of propane. Methane: LEL 5 % (NFPA 325), 1 000 ppm TWA (ACGIH). Hydrogen has no toxic limit; a
tenth of its LEL stands in."""


class Leak(Data):
    """Where gas comes from."""

    rate: Positive
    """Litres of gas a minute when wide open."""
    when: Name | str | float = 1.0
    """Signal that opens it: a switch, or a number between 0 and 1; 1 leaks from the start."""


class Gas(Data):
    """Gas in one room."""

    kind: Literal["gas"]
    """``gas``."""
    substance: Name
    """One of the known gases."""
    low: Flat
    """Corner of the room, metres."""
    high: Flat
    """Opposite corner, metres."""
    height: Positive = 2.5
    """Of the room, metres."""
    leaks: dict[Name, Leak] = Field(min_length=1)
    """Leaks by name, such as the appliance's."""
    air_changes: float = Field(default=0.5, ge=0, le=500)
    """Air changes an hour without ventilation."""
    ventilation: str | float = 0.0
    """Signal of the ventilation: a switch, or a number between 0 and 1."""
    ventilated: float = Field(default=6.0, ge=0, le=500)
    """Further air changes an hour while it runs."""
    initial: Share = 0.0
    """Volume share at the start."""
    alarm: Positive | None = None
    """Concentration of the alarm, ppm; a tenth of the lower explosive limit, or the exposure limit, if left out."""
    exposure_limit: Positive | None = None
    """Limit for people, ppm; the substance's when left out."""

    @model_validator(mode="after")
    def _fits(self) -> Gas:
        if self.low[0] >= self.high[0] or self.low[1] >= self.high[1]:
            raise ValueError("low must be below high in both directions")
        return self

    @property
    def volume(self) -> float:
        """Of the room, m3."""
        return (self.high[0] - self.low[0]) * (self.high[1] - self.low[1]) * self.height

    def build(self, name: str, built: Built, seed: int) -> GasAtWork:
        """Return it at work."""
        known = one_of(SUBSTANCES, self.substance, "gas", "substance")
        leaks = {}
        for leak, section in self.leaks.items():
            opening = quantity(built, section.when, f"leaks.{leak}.when")
            if isinstance(section.when, float | int) and not 0 <= section.when <= 1:
                raise Misfit(f"leaks.{leak}.when", "a number is between 0 and 1")
            leaks[leak] = (section.rate / 60_000.0, opening)
        return GasAtWork(self, name, known, leaks, quantity(built, self.ventilation, "ventilation"))


def mixed(share: float, inflow: float, changes: float, seconds: float) -> float:
    """Return the volume share after some time.

    Args:
        share: C0.
        inflow: S/V, 1/s.
        changes: n, air changes a second; the inflow pushes as much out when it is 0, which small shares may ignore.
        seconds: t.
    """
    if changes <= 0.0:
        return min(1.0, share + inflow * seconds)
    steady = inflow / changes
    return min(1.0, steady + (share - steady) * math.exp(-changes * seconds))


@dataclass
class GasAtWork:
    """The gas now. Signals ``ppm``, ``lel`` (% of the lower explosive limit), ``alarm``, ``air_changes`` (1/h)."""

    gas: Gas
    name: str
    substance: Substance
    leaks: dict[str, tuple[float, Callable[[], float]]]
    ventilation: Callable[[], float]
    steps: bool = False

    def __post_init__(self) -> None:
        self.share, self.alarmed = self.gas.initial, False
        self._open: dict[str, float] = dict.fromkeys(self.leaks, 0.0)
        self._exposures = Exposures(self.name, "gas", "ppm")

    @property
    def ppm(self) -> float:
        """Concentration, ppm."""
        return self.share * 1e6

    @property
    def lel(self) -> float:
        """Concentration, % of the lower explosive limit; 0 for what does not burn."""
        lower = self.substance.lower_explosive
        return 0.0 if lower is None else 100.0 * self.ppm / lower

    @property
    def alarm_at(self) -> float:
        """Concentration of the alarm, ppm."""
        lower = self.substance.lower_explosive or math.inf
        return self.gas.alarm or min(lower / 10.0, self.limit)

    @property
    def limit(self) -> float:
        """Limit for people, ppm."""
        return self.gas.exposure_limit or self.substance.exposure

    @property
    def air_changes(self) -> float:
        """Air changes an hour."""
        return self.gas.air_changes + self.gas.ventilated * min(1.0, max(0.0, self.ventilation()))

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        inflow = 0.0
        for leak, (rate, opening) in self.leaks.items():
            share = min(1.0, max(0.0, opening()))
            if share > 0.0 and self._open[leak] == 0.0:
                simulation.tell(self._released(leak, rate * share * 60_000.0))
            self._open[leak] = share
            inflow += rate * share / self.gas.volume
        self.share = mixed(self.share, inflow, self.air_changes / 3600.0, seconds)
        if self.alarmed != (self.ppm > self.alarm_at * (0.9 if self.alarmed else 1.0)):
            self._sound(simulation)
        if self.ppm > self.limit:
            self._expose(simulation)

    def step(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        return {
            "ppm": Signal(read=lambda: self.ppm, unit="ppm"),
            "lel": Signal(read=lambda: self.lel, unit="%"),
            "alarm": Signal(read=lambda: self.alarmed, kind="switch"),
            "air_changes": Signal(read=lambda: self.air_changes, unit="1/h"),
        }

    def _released(self, leak: str, rate: float) -> Released:
        (x0, y0), (x1, y1) = self.gas.low, self.gas.high
        return Released(
            process=self.name,
            substance=self.gas.substance,
            amount=rate,
            unit="L/min",
            source=leak,
            into=self.name,
            position=((x0 + x1) / 2.0, (y0 + y1) / 2.0, self.gas.height / 2.0),
        )

    def _sound(self, simulation: Simulation) -> None:
        self.alarmed = not self.alarmed
        what = f"{self.gas.substance} above {self.alarm_at:g} ppm" if self.alarmed else "clear"
        simulation.tell(
            ObjectChanged(object=self.name, state="alarm", before=not self.alarmed, after=self.alarmed, cause=what)
        )
        if self.alarmed:
            simulation.tell(
                AreaExposed(
                    process=self.name,
                    area=self.name,
                    substance=self.gas.substance,
                    level=self.ppm,
                    limit=self.alarm_at,
                    unit="ppm",
                )
            )

    def _expose(self, simulation: Simulation) -> None:
        (x0, y0), (x1, y1) = self.gas.low, self.gas.high
        for name, behaviour in simulation.built.people.items():
            x, y = behaviour.person.posture.feet
            if x0 <= x <= x1 and y0 <= y <= y1:
                told = self._exposures.see(simulation.time, name, self.gas.substance, self.ppm, self.limit)
                if told is not None:
                    simulation.tell(told)
