"""The Gaussian plume of fine droplets: concentration, settling, deposit on the ground.

``C = Q/(2 pi u sy sz) exp(-y^2/2sy^2) [exp(-(z-H)^2/2sz^2) + exp(-(z+H)^2/2sz^2)]`` with reflection at the ground
(Pasquill 1961, Gifford 1961; Hanna, Briggs and Hosker, Handbook on Atmospheric Diffusion, DOE/TIC-11223, 1982),
sigmas of open country by Briggs (1973; the same handbook, table 4.5). They were fitted from 100 m to 10 km and are
extended to nearer ground here. Droplets fall at their terminal speed by Stokes' law, so the plume's axis sinks,
``H = max(0, h - v x/u)`` (tilted plume), and the ground takes ``v C(x, y, 0)``, which the source loses along the way
(source depletion, Chamberlain 1953), so that nothing is counted twice. The plume is steady: what is emitted in an
interval is laid down in it. Evaporation, canopies and buildings are not modelled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy

Array = Any
"""A numpy array of float64."""
ACROSS: dict[str, float] = {"A": 0.22, "B": 0.16, "C": 0.11, "D": 0.08, "E": 0.06, "F": 0.04}
"""Briggs, open country: sy = a x (1 + 0.0001 x)^-1/2."""
UPWARD: dict[str, tuple[float, float, float]] = {
    "A": (0.20, 0.0, 0.0),
    "B": (0.12, 0.0, 0.0),
    "C": (0.08, 0.0002, -0.5),
    "D": (0.06, 0.0015, -0.5),
    "E": (0.03, 0.0003, -1.0),
    "F": (0.016, 0.0003, -1.0),
}
"""Briggs, open country: sz = a x (1 + b x)^c."""
NEAREST = 1.0
"""Metres downwind from which on the plume is laid down; nearer lies the swath itself."""
CALM = 0.5
"""m/s below which a plume does not hold; weaker wind is taken as this."""
AIR_VISCOSITY = 1.81e-5
"""Pa s at 20 degC."""


def settling_speed(diameter: float, density: float = 1000.0) -> float:
    """Return the terminal speed of a droplet by Stokes' law, m/s: ``rho g d^2/(18 mu)``.

    100 micrometres of water fall at 0.30 m/s; above that the law is too fast, for Reynolds numbers above 1.

    Args:
        diameter: d, metres.
        density: rho, kg/m3.
    """
    return density * 9.81 * diameter**2 / (18.0 * AIR_VISCOSITY)


def sigmas(x: Array, stability: str) -> tuple[Array, Array]:
    """Return the crosswind and vertical spread, metres, at distances downwind, metres."""
    a, b, c = UPWARD[stability]
    return ACROSS[stability] * x / numpy.sqrt(1.0 + 0.0001 * x), a * x * (1.0 + b * x) ** c


@dataclass(frozen=True)
class Plume:
    """The plume of one point source."""

    wind: float
    """u, m/s."""
    height: float
    """h of the source, metres."""
    fall: float
    """v of the droplets, m/s."""
    stability: str
    smear: float = 0.0
    """Metres by which the crosswind spread is widened, as of cells of a grid."""

    @property
    def speed(self) -> float:
        """The wind in use, m/s."""
        return max(self.wind, CALM)

    def axis(self, x: Array) -> Array:
        """Return the height of the plume's axis, metres."""
        return numpy.maximum(0.0, self.height - self.fall * x / self.speed)

    def left(self, x: Array) -> Array:
        """Return the share of the source that is still in the air at distances downwind."""
        along = numpy.geomspace(NEAREST, max(float(numpy.max(x, initial=0.0)), NEAREST * 1.01), 240)
        _, up = sigmas(along, self.stability)
        taken = (
            self.fall * math.sqrt(2.0 / math.pi) / (self.speed * up) * numpy.exp(-(self.axis(along) ** 2) / (2 * up**2))
        )
        lost = numpy.concatenate(([0.0], numpy.cumsum((taken[1:] + taken[:-1]) / 2.0 * numpy.diff(along))))
        return numpy.exp(-numpy.interp(x, along, lost))

    def concentration(self, x: Array, y: Array, z: Array, *, depleted: bool = True) -> Array:
        """Return the concentration for a source of 1 unit a second, units/m3; 0 upwind.

        Args:
            x: Downwind, metres.
            y: Crosswind, metres.
            z: Above the ground, metres.
            depleted: Whether what has settled is missing.
        """
        downwind = x >= NEAREST
        at = numpy.where(downwind, x, NEAREST)
        across, up = sigmas(at, self.stability)
        across = numpy.sqrt(across**2 + self.smear**2)
        axis = self.axis(at)
        vertical = numpy.exp(-((z - axis) ** 2) / (2 * up**2)) + numpy.exp(-((z + axis) ** 2) / (2 * up**2))
        found = numpy.exp(-(y**2) / (2 * across**2)) * vertical / (2 * math.pi * self.speed * across * up)
        if depleted:
            found = found * self.left(at)
        return numpy.where(downwind, found, 0.0)

    def deposit(self, x: Array, y: Array) -> Array:
        """Return what the ground takes for a source of 1 unit a second, units/m2s."""
        return self.fall * self.concentration(x, y, numpy.zeros_like(x))
