"""Appliances that heat: a hotplate (stove, grill, heater) and a microwave oven.

The surface follows its level as a first-order lag, T' = (T_target - T) / lag, with T_target between the temperature
of the room and the highest. What is heated lies in ``region``; the heat that goes into it is a process of its own.
``hot`` is on from 55 degC, at which bare metal burns skin within 10 s (ISO 13732-1:2006, burn thresholds; a figure from
secondary sources, not for certification).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from hiyari.events import Data
from hiyari.physics.engine import Shape
from hiyari.physics.geometry import UPRIGHT, about_z
from hiyari.physics.signals import Signal, Unsettable, Value
from hiyari.physics.values import Colour, Flat, Name, Point, Positive, Share

from .cabinet import Case, cupboard
from .device import DeviceAtWork
from .opening import Leaf, OpeningAtWork, Travel
from .reaction import need_thing
from .region import Frame, Region

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation

REACH = 0.05
"""Metres above a plate in which things stand on it."""


class Hotplate(Data):
    """A surface that can be heated."""

    kind: Literal["hotplate"]
    """``hotplate``."""
    position: Point | None = None
    """Middle of its upper face, metres."""
    yaw: float = 0.0
    """Turn, radians."""
    size: Point | None = None
    """Length, width and thickness of the plate, metres."""
    thing: Name | None = None
    """Thing of the scene that is the plate, instead of position and size. Its state ``temperature`` is that of the
    plate; a process of heat that has the thing among its bodies works it out in place of the lag."""
    level: Share = 0.0
    """Setting at first, 0 off to 1 full."""
    highest: float = Field(default=350.0, ge=30, le=1200)
    """Temperature it gets to at full level, degC."""
    lag: Positive = 60.0
    """Time constant of its temperature, seconds."""
    power: Positive = 1800.0
    """Power it takes at full level, W."""
    room: float = Field(default=20.0, ge=-40, le=60)
    """Temperature of the room, degC."""
    temperature: float | None = Field(default=None, ge=-40, le=1200)
    """Of its surface at first, degC; that of the room when left out."""
    hot_above: float = 55.0
    """Temperature from which it counts as hot, degC."""
    colour: Colour = (0.10, 0.10, 0.11, 1.0)
    """Red, green, blue, opacity; 0 to 1."""

    @model_validator(mode="after")
    def _fits(self) -> Hotplate:
        if (self.thing is None) != (self.position is not None and self.size is not None):
            raise ValueError("a thing is needed, or position and size")
        if self.size is not None and min(self.size) <= 0.0:
            raise ValueError("all sizes must be above 0")
        if self.highest <= self.room:
            raise ValueError("highest must be above the room's temperature")
        return self

    def build(self, name: str, built: Built, seed: int) -> HotplateAtWork:
        """Return it at work."""
        if self.thing is not None:
            need_thing(built, "thing", self.thing, loose=False)
            if "temperature" not in built.objects[self.thing].values:
                raise ValueError(f"thing: {self.thing} needs a state temperature")
        return HotplateAtWork(self, name, built)


class HotplateAtWork(DeviceAtWork):
    """Signals ``level`` (can be set), ``temperature``, ``hot``, ``power``. ``region`` is where it heats."""

    def __init__(self, plate: Hotplate, name: str, built: Built) -> None:
        first = plate.room if plate.temperature is None else plate.temperature
        super().__init__(name, built, level=plate.level, temperature=first, hot=first >= plate.hot_above)
        self._plate = plate
        self._state = None if plate.thing is None else built.objects[plate.thing]
        processes = built.scene.processes.values()
        self._is_heated = any(plate.thing in getattr(process, "bodies", {}) for process in processes)
        if self._state is not None and plate.temperature is None:
            self.values["temperature"] = self._state.values["temperature"]
        frame, (long, wide) = self._place()
        self.region = Region(Frame(frame.to_world((0.0, 0.0, REACH / 2.0)), frame.orientation), (long, wide, REACH))

    def _place(self) -> tuple[Frame, Flat]:
        """Load the plate, or find it; returns the frame of its upper face, and its length and width."""
        plate = self._plate
        if plate.position is not None and plate.size is not None:
            long, wide, thick = plate.size
            frame = Frame(plate.position, about_z(plate.yaw))
            middle = frame.to_world((0.0, 0.0, -thick / 2.0))
            self.built.add(self.name, Shape("box", plate.size, colour=plate.colour), middle, frame.orientation)
            return frame, (long, wide)
        assert self._state is not None
        low, high = self.engine.bounds(self._state.body, -1)
        top = ((low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0, high[2])
        return Frame(top, UPRIGHT), (high[0] - low[0], high[1] - low[1])

    @property
    def temperature(self) -> float:
        """Of its surface, degC."""
        return self.number("temperature")

    @property
    def power(self) -> float:
        """Power it takes now, W."""
        return self.number("level") * self._plate.power

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        plate = self._plate
        if self._state is not None and self._is_heated:
            self.values["temperature"] = self._state.values["temperature"]
        else:
            target = plate.room + self.number("level") * (plate.highest - plate.room)
            keeps = math.exp(-seconds / plate.lag)
            self.values["temperature"] = target + (self.temperature - target) * keeps
            if self._state is not None:
                self._state.drift("temperature", self.temperature)
        self.change("hot", self.temperature >= plate.hot_above, f"{self.temperature:.0f} degC")

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        return {
            "level": self.measure("level", "share", 0.0, 1.0, self.setter("level")),
            "temperature": self.measure("temperature", "degC"),
            "hot": self.switch("hot"),
            "power": Signal(read=lambda: self.power, unit="W"),
        }


class Microwave(Case):
    """A microwave oven: a cabinet with a door in front, and a magnetron that only works behind it."""

    kind: Literal["microwave"]
    """``microwave``."""
    power: Positive = 600.0
    """Power that goes into what is inside, W."""
    longest: Positive = 1800.0
    """Longest time it can be set to, seconds."""

    def build(self, name: str, built: Built, seed: int) -> MicrowaveAtWork:
        """Return it at work."""
        return MicrowaveAtWork(self, name, built, *cupboard(self, name, built, "front", 0))


class MicrowaveAtWork(OpeningAtWork):
    """Signals of an opening; ``on`` and ``seconds`` (left) can be set; ``power``. ``region`` is where it heats."""

    def __init__(self, oven: Microwave, name: str, built: Built, travel: Travel, leaves: list[Leaf]) -> None:
        super().__init__(oven, name, built, travel, leaves, oven.inside)
        self._oven = oven
        self.values |= {"on": False, "seconds": 0.0}
        self.region = oven.inside

    @property
    def power(self) -> float:
        """Power that goes into what is inside now, W."""
        return self._oven.power if self.is_on("on") else 0.0

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        super().tick(simulation, seconds)
        if not self.is_on("on"):
            return
        left = max(0.0, self.number("seconds") - seconds)
        self.values["seconds"] = left
        if not self.is_on("closed"):
            self.change("on", False, "door opened")
        elif left <= 0.0:
            self.change("on", False, "time is over")

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        return {
            **super().signals(),
            "on": self.switch("on", self._turn),
            "seconds": self.measure("seconds", "s", 0.0, self._oven.longest, self.setter("seconds")),
            "power": Signal(read=lambda: self.power, unit="W"),
        }

    def _turn(self, value: Value) -> None:
        if value is True and not self.is_on("closed"):
            raise Unsettable(f"{self.name} does not start with its door open")
        if value is True and self.number("seconds") <= 0.0:
            raise Unsettable(f"{self.name} needs seconds above 0 before it starts")
        self.values["on"] = value
