"""A sprayer: a tank, a pump and nozzles on a boom. Where the liquid goes is told by a process of the scene."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from hiyari.events import Data, PartStopped
from hiyari.physics.geometry import Vector, add, rotate
from hiyari.physics.objects import ObjectState
from hiyari.physics.signals import Signal, Value
from hiyari.physics.values import Point, Positive

if TYPE_CHECKING:
    from hiyari.physics.machines.machine import Machine


class Sprayer(Data):
    """A tank with nozzles."""

    kind: Literal["sprayer"]
    """``sprayer``."""
    boom: str
    """Link that carries the nozzles."""
    nozzles: tuple[Point, ...] = Field(min_length=1, max_length=100)
    """Nozzles in the frame of the boom, metres."""
    flow: Positive
    """Of each nozzle, L/min."""
    tank: Positive
    """What the tank holds, litres."""
    filled: float = Field(default=1.0, ge=0, le=1)
    """Share of it that is filled at the start."""
    product: str = Field(default="water", min_length=1, max_length=60)
    """What it sprays."""
    dilution: float = Field(default=0.0, ge=0, le=1)
    """Share of the product in the liquid by volume."""

    @property
    def joints(self) -> tuple[str, ...]:
        """Joints it needs."""
        return ()

    @property
    def links(self) -> tuple[str, ...]:
        """Links it needs."""
        return (self.boom,)

    def build(self, machine: Machine, name: str, objects: Mapping[str, ObjectState]) -> SprayerAtWork:
        """Return it at work."""
        return SprayerAtWork(self, machine, name)


class SprayerAtWork:
    """Sprays while it is switched on, its robot may move, and there is something in the tank.

    Signals ``spraying``, ``flow`` (all nozzles together), ``tank``, ``boom_height``, ``product``, ``dilution``.
    """

    steps = False

    def __init__(self, sprayer: Sprayer, machine: Machine, name: str) -> None:
        self.sprayer, self._machine, self._name = sprayer, machine, name
        self._boom = machine.engine.links(machine.body)[sprayer.boom]
        self.left = sprayer.tank * sprayer.filled
        """Litres in the tank."""
        self.product, self.dilution = sprayer.product, sprayer.dilution
        self.spraying = False
        """Whether liquid leaves the nozzles."""
        self.rate = self.most
        """All nozzles together while they spray, L/min."""
        self.sprayed = 0.0
        """Litres that have left the nozzles."""
        self._began = 0.0

    @property
    def most(self) -> float:
        """Largest flow of all nozzles together, L/min."""
        return self.sprayer.flow * len(self.sprayer.nozzles)

    @property
    def flow(self) -> float:
        """All nozzles together now, L/min."""
        return self.rate if self.spraying else 0.0

    @property
    def lately(self) -> float:
        """Litres since it was switched on last."""
        return self.sprayed - self._began

    def nozzles(self) -> list[Vector]:
        """Return where the nozzles are in the world, metres."""
        engine, body = self._machine.engine, self._machine.body
        boom = engine.motion(body) if self._boom < 0 else engine.link_motions(body, [self._boom])[0]
        return [add(boom.position, rotate(boom.orientation, nozzle)) for nozzle in self.sprayer.nozzles]

    def spray(self, on: bool) -> None:
        """Switch it on or off; a robot that is stopped, or an empty tank, keeps it off."""
        if on and not self.spraying:
            self._began = self.sprayed
        self.spraying = on and self.left > 0.0 and self._machine.safety.mode == "running"

    @property
    def busy(self) -> bool:
        """See Equipment: it moves nothing."""
        return False

    def halt(self) -> None:
        """See Equipment."""
        self.spraying = False

    def begin(self) -> None:
        """See Part."""

    def control(self, time: float, seconds: float, braking: float | None) -> None:
        """See Part."""
        if self.spraying and braking is not None:
            self.spraying = False
        used = min(self.left, self.flow / 60.0 * seconds)
        self.left -= used
        self.sprayed += used
        if self.spraying and self.left <= 0.0:
            self.spraying = False
            self._machine.tell(PartStopped(robot=self._machine.name, part=self._name, cause="empty"))

    def step(self, seconds: float) -> None:
        """See Part."""

    def command(self) -> None:
        """See Part."""

    def signals(self) -> Mapping[str, Signal]:
        """See Part."""
        tank = self.sprayer.tank
        return {
            "spraying": Signal(read=lambda: self.spraying, write=self._switch, kind="switch"),
            "flow": Signal(read=lambda: self.flow, unit="L/min"),
            "tank": Signal(read=lambda: self.left, write=self._fill, unit="L", low=0.0, high=tank),
            "boom_height": Signal(read=self._height, unit="m"),
            "product": Signal(read=lambda: self.product, write=self._product, kind="text"),
            "dilution": Signal(read=lambda: self.dilution, write=self._dilute, unit="share", low=0.0, high=1.0),
        }

    def _height(self) -> float:
        heights = [nozzle[2] for nozzle in self.nozzles()]
        return sum(heights) / len(heights)

    def _switch(self, value: Value) -> None:
        self.spray(bool(value))

    def _fill(self, value: Value) -> None:
        self.left = float(value)

    def _product(self, value: Value) -> None:
        self.product = str(value)

    def _dilute(self, value: Value) -> None:
        self.dilution = float(value)
