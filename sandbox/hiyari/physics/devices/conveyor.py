"""A belt conveyor: carries what lies on it by friction, brings parts in by seed, senses what arrives at its end.

The belt is a body of the engine whose surface runs, so friction decides whether a part is taken along, slips, turns at
a stop or jams. Its speed follows the set one at an acceleration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from hiyari.events import Data
from hiyari.physics.engine import Shape
from hiyari.physics.geometry import Vector, about_y, about_z, multiply, rotate, scale
from hiyari.physics.signals import Signal
from hiyari.physics.values import Colour, Point, Positive

from .device import DeviceAtWork
from .infeed import Infeed, InfeedAtWork
from .region import Frame

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built
    from hiyari.physics.simulation import Simulation

EYE = 0.03
"""Metres above the belt and before its end at which the sensor looks across."""
SLOW = 0.2
"""Share of the belt's way below which a part on it counts as held up."""
OVER = 0.02
"""Metres that the middle of a thing may be higher than when it lies on the belt."""


class Conveyor(Data):
    """A conveyor."""

    kind: Literal["conveyor"]
    """``conveyor``."""
    position: Point
    """Middle of the belt's upper face, metres."""
    yaw: float = 0.0
    """Direction it runs in, radians."""
    rise: float = Field(default=0.0, ge=-0.6, le=0.6)
    """How much it climbs, radians."""
    size: Point
    """Length, width and thickness, metres."""
    speed: float = 0.0
    """Set speed at first, m/s."""
    fastest: float = Field(default=1.0, gt=0, le=5)
    """Largest set speed in both directions, m/s."""
    acceleration: Positive = 0.5
    """m/s2."""
    friction: Positive = 0.8
    """Sliding friction of the belt."""
    running: bool = True
    """Whether its drive is on at first."""
    jam_seconds: Positive = 2.0
    """A part that is held up on the running belt for so long is a jam."""
    infeed: Infeed | None = None
    """Brings parts in."""
    colour: Colour = (0.16, 0.17, 0.18, 1.0)
    """Red, green, blue, opacity; 0 to 1."""

    @model_validator(mode="after")
    def _fits(self) -> Conveyor:
        if min(self.size) <= 0.0:
            raise ValueError("all sizes must be above 0")
        if abs(self.speed) > self.fastest:
            raise ValueError("speed must not be above fastest")
        return self

    def build(self, name: str, built: Built, seed: int) -> ConveyorAtWork:
        """Return it at work."""
        return ConveyorAtWork(self, name, built, seed)


@dataclass
class Stay:
    """One thing on the belt since the last comparison."""

    name: str
    began: float
    """Where along the belt, metres."""
    jammed: bool = False
    """Whether it was held up before."""
    seconds: float = 0.0
    ran: float = 0.0
    """How far the belt ran, metres."""


class ConveyorAtWork(DeviceAtWork):
    """Signals ``speed`` and ``running`` (can be set), ``moving`` (speed now), ``part_at_end``, ``jammed``, and of an
    infeed ``feeding`` (can be set), ``waiting`` and ``fed``.
    """

    def __init__(self, conveyor: Conveyor, name: str, built: Built, seed: int) -> None:
        moving = conveyor.speed if conveyor.running else 0.0
        super().__init__(
            name,
            built,
            speed=conveyor.speed,
            running=conveyor.running,
            moving=moving,
            part_at_end=False,
            jammed=False,
        )
        self._conveyor = conveyor
        turn = multiply(about_z(conveyor.yaw), about_y(-conveyor.rise))
        self._frame = Frame(conveyor.position, turn)
        self._along: Vector = rotate(turn, (1.0, 0.0, 0.0))
        shape = Shape("box", conveyor.size, friction=conveyor.friction, colour=conveyor.colour, belt=True)
        self.belt = built.add(name, shape, self._frame.to_world((0.0, 0.0, -conveyor.size[2] / 2.0)), turn)
        self._loose = {body: thing for thing, body in built.things.items() if built.scene.things[thing].mass > 0.0}
        self._highest = {body: OVER + _extent(built, body) for body in self._loose}
        self._stays: dict[int, Stay] = {}
        self._infeed = None
        if conveyor.infeed is not None:
            self._infeed = InfeedAtWork(conveyor.infeed, name, built, seed, self._frame, conveyor.size)
        self.engine.set_velocity(self.belt, scale(self._along, moving), (0.0, 0.0, 0.0))

    def tick(self, simulation: Simulation, seconds: float) -> None:
        """See Mechanism."""
        moving = self.number("moving")
        target = self.number("speed") if self.is_on("running") else 0.0
        if moving != target:
            most = self._conveyor.acceleration * seconds
            moving += max(-most, min(most, target - moving))
            self.values["moving"] = moving
            self.engine.set_velocity(self.belt, scale(self._along, moving), (0.0, 0.0, 0.0))
        self._look_for_jams(moving, seconds)
        self._look_across(moving)
        if self._infeed is not None:
            self._infeed.tick(simulation.time, moving)

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        fastest = self._conveyor.fastest
        found: dict[str, Signal] = {
            "speed": self.measure("speed", "m/s", -fastest, fastest, self.setter("speed")),
            "running": self.switch("running", self.setter("running")),
            "moving": self.measure("moving", "m/s"),
            "part_at_end": self.switch("part_at_end"),
            "jammed": self.switch("jammed"),
        }
        return found if self._infeed is None else {**found, **self._infeed.signals()}

    def _look_for_jams(self, moving: float, seconds: float) -> None:
        """Compare over each ``jam_seconds`` how far the belt ran and how far what lies on it came."""
        for body, name in self._loose.items():
            x, y, z = self._frame.to_own(self.engine.motion(body).position)
            long, wide, _ = self._conveyor.size
            if abs(x) > long / 2.0 or abs(y) > wide / 2.0 or not 0.0 < z < self._highest[body]:
                self._stays.pop(body, None)
                continue
            stay = self._stays.setdefault(body, Stay(name, x))
            stay.seconds += seconds
            stay.ran += moving * seconds
            if stay.seconds >= self._conveyor.jam_seconds:
                held_up = abs(stay.ran) > 0.02 and (x - stay.began) / stay.ran < SLOW
                self._stays[body] = Stay(name, x, jammed=held_up)
        jammed = [stay.name for stay in self._stays.values() if stay.jammed and moving != 0.0]
        self.change("jammed", bool(jammed), jammed[0] if jammed else "free")

    def _look_across(self, moving: float) -> None:
        long, wide, _ = self._conveyor.size
        x = (long / 2.0 - EYE) * (-1.0 if moving < 0.0 else 1.0)
        ends = [self._frame.to_world((x, y, EYE)) for y in (-wide / 2.0 - EYE, wide / 2.0 + EYE)]
        body = self.engine.ray(*ends)
        found = body in self._loose
        self.change("part_at_end", found, self._loose[body] if body is not None and found else "free")


def _extent(built: Built, body: int) -> float:
    """Return half the longest side of the box around a body, metres."""
    low, high = built.engine.bounds(body, -1)
    return max(b - a for a, b in zip(low, high, strict=True)) / 2.0
