"""A simulation that has broken: a state that is no longer finite, or has exploded. Its episode is invalid."""

from __future__ import annotations

from typing import NamedTuple

import numpy

from hiyari.events import Event, SimulationDiverged

FAR = 1e3
"""Metres and m/s beyond which a state has exploded."""


class Timed(NamedTuple):
    """An event and its simulated time."""

    time: float
    event: Event


class Diverged(Exception):
    """The state is no longer finite or has exploded; ``told`` is the event that says so."""

    def __init__(self, what: str, told: Timed) -> None:
        super().__init__(what)
        self.told = told


def check(state: bytes, step: int, time: float) -> None:
    """Look at a state, little-endian float64.

    Raises:
        Diverged: If it is broken.
    """
    largest = float(numpy.abs(numpy.frombuffer(state, dtype="<f8")).max())
    if not largest <= FAR:
        what = f"a quantity of the state is {largest}"
        raise Diverged(what, Timed(time, SimulationDiverged(step=step, what=what)))
