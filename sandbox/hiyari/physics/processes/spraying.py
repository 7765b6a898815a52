"""Sprayers at work: what lands in their swath, what drifts, and who breathes it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy

from hiyari.events import AreaExposed, Released
from hiyari.physics.geometry import Vector
from hiyari.physics.mechanism import Misfit
from hiyari.physics.signals import Signal

from .cells import Cells, cells_of
from .drift import Drift, Sprayer
from .exposure import Exposures
from .lookup import one_of, quantity
from .plume import Plume, settling_speed

if TYPE_CHECKING:
    from hiyari.physics.machines.machine import Machine
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation

BREATHING = 1.5
"""Metres above the ground at which people breathe."""


def at_work(drift: Drift, name: str, built: Built) -> DriftAtWork:
    """Return sprayers and drift at work.

    Raises:
        Misfit: If the scene lacks a robot or a signal.
    """
    wind = [quantity(built, f"{drift.weather}.{what}", "weather") for what in ("wind", "direction")]
    nozzles = {}
    for robot, section in drift.sources.items():
        machine = one_of(built.machines, robot, "robot", f"sources.{robot}")
        if machine.drive is None:
            raise Misfit(f"sources.{robot}", f"{robot!r} does not drive")
        own = {"flow": section.flow, "spraying": section.spraying}
        own |= {"height": section.height, "dilution": section.dilution}
        read = {
            what: quantity(built, _own(built, robot, what) if given is None else given, f"sources.{robot}.{what}")
            for what, given in own.items()
        }
        nozzles[robot] = Nozzles(section, machine, read["flow"], read["spraying"], read["height"], read["dilution"])
    cells = {area: cells_of(area, section, drift.cell) for area, section in drift.areas.items()}
    return DriftAtWork(drift, name, nozzles, cells, (wind[0], wind[1]))


@dataclass
class Nozzles:
    """One sprayer at work."""

    section: Sprayer
    machine: Machine
    flow: Callable[[], float]
    spraying: Callable[[], float]
    height: Callable[[], float]
    dilution: Callable[[], float]
    waiting: float = 0.0
    """Litres let out since the last reckoning."""
    began: Vector | None = None
    """Where the machine was then."""
    told: bool = False

    def let_out(self, seconds: float) -> None:
        """Count what comes out in a tick."""
        if self.spraying() > 0.0:
            self.began = self.began or self.machine.place
            self.waiting += max(0.0, self.flow()) / 60.0 * seconds

    @property
    def concentration(self) -> float:
        """Substance in the spray now, g/L."""
        return self.section.concentration * min(1.0, max(0.0, self.dilution()))

    def across(self) -> tuple[float, float]:
        """Return the unit vector along the boom."""
        return (-math.sin(self.machine.yaw), math.cos(self.machine.yaw))

    def places(self) -> list[tuple[float, float]]:
        """Return where the nozzles are."""
        x, y, _ = self.machine.place
        dx, dy = self.across()
        count = self.section.nozzles
        offsets = [self.section.boom * ((index + 0.5) / count - 0.5) for index in range(count)]
        return [(x + dx * offset, y + dy * offset) for offset in offsets]


@dataclass
class DriftAtWork:
    """Spray and drift. Signals ``<area>`` (g on it), ``<area>_mean`` and ``<area>_peak`` (mg/m2); of plots also
    ``<area>_coverage`` (share of its cells treated) and ``<area>_litres``; ``applied`` (L) and ``drifted`` (g).
    """

    drift: Drift
    name: str
    nozzles: dict[str, Nozzles]
    cells: dict[str, Cells]
    wind: tuple[Callable[[], float], Callable[[], float]]
    steps: bool = False
    applied: float = 0.0
    drifted: float = 0.0
    _due: float = 0.0
    _exposures: Exposures = field(init=False)

    def __post_init__(self) -> None:
        self._exposures = Exposures(self.name, "spray", "mg/m3", gap=2.5 * self.drift.every)
        self._fall = settling_speed(self.drift.droplets * 1e-6)

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        for one in self.nozzles.values():
            one.let_out(seconds)
        if simulation.time < self._due:
            return
        self._due = simulation.time + self.drift.every
        for robot, one in self.nozzles.items():
            if one.waiting > 0.0:
                self._lay_down(simulation, robot, one)
            one.waiting, one.began = 0.0, None
        for area in self.cells.values():
            self._tell(simulation, area)

    def step(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        found = {
            "applied": Signal(read=lambda: self.applied, unit="L"),
            "drifted": Signal(read=lambda: self.drifted, unit="g"),
        }
        for name, cells in self.cells.items():
            found |= _signals_of(name, cells, self.drift.dose)
        return found

    def _lay_down(self, simulation: Simulation, robot: str, one: Nozzles) -> None:
        section = one.section
        self.applied += one.waiting
        if not one.told:
            one.told = True
            simulation.tell(
                Released(
                    process=self.name,
                    substance=self.drift.substance,
                    amount=one.flow(),
                    unit="L/min",
                    source=robot,
                    into="air",
                    position=one.machine.place,
                )
            )
        self._swath(one)
        grams = one.waiting * section.drift * one.concentration
        self.drifted += grams
        speed, heading = self.wind[0](), self.wind[1]()
        plume = Plume(speed, max(0.0, one.height()), self._fall, self.drift.stability, smear=self.drift.cell / 2.0)
        each = grams / section.nozzles
        for place in one.places():
            for cells in self.cells.values():
                x, y = _downwind(cells.x, cells.y, place, heading)
                cells.grams += plume.deposit(x, y) * each * cells.size**2
        self._breathe(simulation, robot, one, plume, each / self.drift.every, heading)

    def _swath(self, one: Nozzles) -> None:
        """Lay the coarse droplets evenly under the boom's way since the last reckoning."""
        began, here = one.began or one.machine.place, one.machine.place
        middle = ((began[0] + here[0]) / 2.0, (began[1] + here[1]) / 2.0)
        dx, dy = one.across()
        long = max(math.dist(began[:2], here[:2]), self.drift.cell)
        litres = one.waiting * (1.0 - one.section.drift)
        for cells in self.cells.values():
            x, y = cells.x - middle[0], cells.y - middle[1]
            under = (numpy.abs(x * dx + y * dy) <= one.section.boom / 2.0) & (numpy.abs(x * dy - y * dx) <= long / 2.0)
            each = litres * cells.size**2 / (long * one.section.boom)
            cells.litres[under] += each
            cells.grams[under] += each * one.concentration

    def _breathe(
        self, simulation: Simulation, robot: str, one: Nozzles, plume: Plume, rate: float, heading: float
    ) -> None:
        for name, behaviour in simulation.built.people.items():
            feet = behaviour.person.posture.feet
            level = 0.0
            for place in one.places():
                x, y = _downwind(numpy.array([feet[0]]), numpy.array([feet[1]]), place, heading)
                level += float(plume.concentration(x, y, numpy.array([BREATHING]))[0]) * rate * 1e3
            told = self._exposures.see(simulation.time, name, robot, level, self.drift.person_limit, "face")
            if told is not None:
                simulation.tell(told)

    def _tell(self, simulation: Simulation, cells: Cells) -> None:
        limit, peak = cells.area.limit, cells.peak
        if limit is None or peak <= limit or peak < 2.0 * cells.told:
            return
        cells.told = peak
        simulation.tell(
            AreaExposed(
                process=self.name,
                area=cells.name,
                substance=self.drift.substance,
                level=peak,
                limit=limit,
                unit="mg/m2",
            )
        )


def _own(built: Built, robot: str, what: str) -> str:
    """Return the robot's signal of that quantity: its own, or that of its one piece of equipment that has it."""
    found = [name for name in built.signals if name.startswith(f"{robot}.") and name.endswith(f".{what}")]
    return found[0] if len(found) == 1 else f"{robot}.{what}"


def _downwind(x: Any, y: Any, place: tuple[float, float], heading: float) -> tuple[Any, Any]:
    """Return how far points lie downwind and crosswind of a place, metres."""
    x, y = x - place[0], y - place[1]
    return x * math.cos(heading) + y * math.sin(heading), y * math.cos(heading) - x * math.sin(heading)


def _signals_of(name: str, cells: Cells, dose: float) -> dict[str, Signal]:
    found = {
        name: Signal(read=lambda: cells.total, unit="g"),
        f"{name}_mean": Signal(read=lambda: cells.mean, unit="mg/m2"),
        f"{name}_peak": Signal(read=lambda: cells.peak, unit="mg/m2"),
    }
    if cells.area.target:
        found[f"{name}_coverage"] = Signal(read=lambda: cells.coverage(dose), unit="share")
        found[f"{name}_litres"] = Signal(read=lambda: float(cells.litres.sum()), unit="L")
    return found
