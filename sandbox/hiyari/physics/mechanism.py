"""The protocol of what works in a scene by itself: devices that can be operated, and processes of nature.

A kind of device is one module of ``hiyari.physics.devices``, a kind of process one of ``hiyari.physics.processes``.
Each has the model of its section in scene.yaml, with a ``build`` that returns the mechanism, and is named in the union
of its package.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

from .signals import Signal, Value

if TYPE_CHECKING:
    from .scene.building import Built
    from .simulation import Simulation


class Need(NamedTuple):
    """A signal that a device or process uses; put into ``built.needs`` and checked when all signals are known."""

    field: str
    """Field of scene.yaml that names it."""
    signal: str
    value: Value | None = None
    """What it is set to; none when it is read."""


class Misfit(ValueError):
    """A section of scene.yaml does not fit the scene; ``field`` says where in the section."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field


class Buildable(Protocol):
    """The section of a device or process in scene.yaml."""

    def build(self, name: str, built: Built, seed: int) -> Mechanism:
        """Return it at work in a built scene.

        Things, robots, people and devices are in ``built.signals`` before every process, and the weather before
        the other processes.

        Raises:
            ValueError: If the scene lacks what it needs; says what, and as a Misfit also where.
        """
        ...


class Mechanism(Protocol):
    """One device or process at work."""

    @property
    def steps(self) -> bool:
        """Whether ``step`` is needed."""
        ...

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """Work for one control tick."""
        ...

    def step(self, simulation: Simulation, seconds: float) -> None:
        """Work before one physics step; called only when ``steps`` is true."""
        ...

    def signals(self) -> Mapping[str, Signal]:
        """Return its signals by quantity; asked once, after the build."""
        ...
