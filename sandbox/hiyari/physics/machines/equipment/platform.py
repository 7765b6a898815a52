"""A platform that things are carried on, held by friction alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import model_validator

from hiyari.events import Data, PartStopped
from hiyari.physics.objects import ObjectState
from hiyari.physics.signals import Signal
from hiyari.physics.values import Flat, Positive

if TYPE_CHECKING:
    from hiyari.physics.machines.machine import Machine

WEIGHED = 0.2
"""Seconds between two weighings."""
ABOVE = 2.0
"""Metres above a platform up to which things count as lying on it, stacked."""


class Platform(Data):
    """A flat load area on top of a robot."""

    kind: Literal["platform"]
    """``platform``."""
    low: Flat
    """Corner in the robot's frame, metres."""
    high: Flat
    """Opposite corner."""
    height: float
    """Height above the robot's origin, metres."""
    payload: Positive | None = None
    """Heaviest load with which the robot drives, kg; any when left out."""

    @model_validator(mode="after")
    def _has_area(self) -> Platform:
        if self.low[0] >= self.high[0] or self.low[1] >= self.high[1]:
            raise ValueError("low must be below high in both directions")
        return self

    @property
    def joints(self) -> tuple[str, ...]:
        """Joints it needs."""
        return ()

    @property
    def links(self) -> tuple[str, ...]:
        """Links it needs."""
        return ()

    def build(self, machine: Machine, name: str, objects: Mapping[str, ObjectState]) -> PlatformAtWork:
        """Return it at work."""
        return PlatformAtWork(self, machine, name, objects)


class PlatformAtWork:
    """Knows what lies on it, and keeps its robot from driving with too much. Signals ``load``, kg, ``overload``."""

    steps = False

    def __init__(self, platform: Platform, machine: Machine, name: str, objects: Mapping[str, ObjectState]) -> None:
        self._platform, self._machine, self._name = platform, machine, name
        self._weighed = -WEIGHED
        self.overload = False
        """Whether more lies on it than it may carry."""
        self._loose = [each for each in objects.values() if each.thing.mass > 0.0]

    def carried(self) -> list[ObjectState]:
        """Return the things whose middle is above the platform."""
        spot = self._platform
        found = []
        for each in self._loose:
            x, y, z = self._machine.footing.local(each.motion.position)
            inside = spot.low[0] <= x <= spot.high[0] and spot.low[1] <= y <= spot.high[1]
            if inside and spot.height < z < spot.height + ABOVE:
                found.append(each)
        return found

    @property
    def load(self) -> float:
        """Mass of what lies on it, kg."""
        return sum(each.thing.mass for each in self.carried())

    @property
    def busy(self) -> bool:
        """See Equipment: it never moves."""
        return False

    def halt(self) -> None:
        """See Equipment."""

    def begin(self) -> None:
        """See Part."""

    def control(self, time: float, seconds: float, braking: float | None) -> None:
        """See Part."""
        most, drive = self._platform.payload, self._machine.drive
        if most is None or drive is None or time - self._weighed < WEIGHED:
            return
        before, self._weighed = self.overload, time
        self.overload = self.load > most
        if self.overload and not before:
            self._machine.tell(PartStopped(robot=self._machine.name, part=self._name, cause="overload"))
        drive.blocked = self.overload

    def step(self, seconds: float) -> None:
        """See Part."""

    def command(self) -> None:
        """See Part."""

    def signals(self) -> Mapping[str, Signal]:
        """See Part."""
        return {
            "load": Signal(read=lambda: self.load, unit="kg"),
            "overload": Signal(read=lambda: self.overload, kind="switch"),
        }
