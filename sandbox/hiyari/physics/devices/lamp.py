"""A lamp, a beacon or a lit sign: shows by its colour whether it is on, and may follow another signal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import model_validator

from hiyari.events import Data
from hiyari.physics.engine import Shape
from hiyari.physics.geometry import about_z
from hiyari.physics.mechanism import Need
from hiyari.physics.signals import Signal
from hiyari.physics.values import Colour, Point

from .device import DeviceAtWork

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation

HIDDEN = (0.0, 0.0, -20.0)
"""Where the one of its two bodies is that does not show."""


class Follows(Data):
    """What a lamp follows."""

    signal: str
    """Name of the signal."""
    equals: bool | float | str = True
    """Value at which the lamp is on."""


class Lamp(Data):
    """A lamp."""

    kind: Literal["lamp"]
    """``lamp``."""
    position: Point
    """Its middle, metres."""
    yaw: float = 0.0
    """Turn, radians."""
    size: Point = (0.06, 0.06, 0.08)
    """Its sizes, metres."""
    form: Literal["box", "cylinder"] = "cylinder"
    """Its form."""
    on: bool = False
    """Whether it is on at first."""
    follows: Follows | None = None
    """It is on while a signal has a value; it can be set by itself when left out."""
    lit: Colour = (1.0, 0.75, 0.1, 1.0)
    """Colour while on."""
    dark: Colour = (0.30, 0.26, 0.20, 1.0)
    """Colour while off."""

    @model_validator(mode="after")
    def _has_volume(self) -> Lamp:
        if min(self.size) <= 0.0:
            raise ValueError("all sizes must be above 0")
        return self

    def build(self, name: str, built: Built, seed: int) -> LampAtWork:
        """Return it at work."""
        if self.follows is not None:
            built.needs.append(Need(f"devices.{name}.follows", self.follows.signal))
        return LampAtWork(self, name, built)


class LampAtWork(DeviceAtWork):
    """Signal ``on``; can be set unless it follows another."""

    def __init__(self, lamp: Lamp, name: str, built: Built) -> None:
        super().__init__(name, built, on=lamp.on)
        self._lamp, self._shown = lamp, lamp.on
        self.bodies = {
            state: built.add(name, Shape(lamp.form, lamp.size, colour=colour, solid=False), HIDDEN, about_z(lamp.yaw))
            for state, colour in ((False, lamp.dark), (True, lamp.lit))
        }
        built.moving.update(dict.fromkeys(self.bodies.values(), name))
        self._show(lamp.on)

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        follows = self._lamp.follows
        if follows is not None:
            self.change("on", simulation.signals.get_value(follows.signal) == follows.equals, follows.signal)
        if self.is_on("on") != self._shown:
            self._show(self.is_on("on"))

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        return {"on": self.switch("on", None if self._lamp.follows else self.setter("on"))}

    def _show(self, on: bool) -> None:
        self._shown = on
        turn = about_z(self._lamp.yaw)
        self.engine.put(self.bodies[on], self._lamp.position, turn)
        self.engine.put(self.bodies[not on], HIDDEN, turn)
