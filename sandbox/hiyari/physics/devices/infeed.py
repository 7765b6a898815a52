"""The infeed of a conveyor: things of the scene that wait out of sight and come onto the belt one after another.

Bodies cannot be added while a simulation runs, so the things are declared in the scene, are parked on a shelf far
below the floor, and are put onto the belt at times drawn from the seed. One that finds no room waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from hiyari.events import Data, DeviceChanged
from hiyari.physics.chance import drawn
from hiyari.physics.engine import Shape
from hiyari.physics.geometry import UPRIGHT, Vector, about_z, multiply
from hiyari.physics.signals import Signal, Value
from hiyari.physics.values import Name, Positive

from .reaction import need_thing
from .region import Frame

if TYPE_CHECKING:
    from hiyari.physics.scene.building import Built

DEPTH = -6.0
"""Height of the shelf of the parked things, metres."""
APART = 0.1
"""Metres between them."""


class Infeed(Data):
    """What comes onto a conveyor and when."""

    things: tuple[Name, ...] = Field(min_length=1, max_length=60)
    """Loose things of the scene in the order in which they come. Where they are declared does not matter."""
    begin: float = Field(default=1.0, ge=0)
    """When the first comes, seconds."""
    every: Positive = 5.0
    """Seconds from one to the next."""
    vary: float = Field(default=0.0, ge=0)
    """Each time up to this much later, by seed, seconds."""
    offset: float = Field(default=0.0, ge=0)
    """How far they lie from the middle line at most, by seed, metres."""
    turn: float = Field(default=0.0, ge=0)
    """How far they are turned at most, by seed, radians."""
    feeding: bool = True
    """Whether it is on at first."""


class InfeedAtWork:
    """Signals ``feeding`` (can be set), ``waiting`` (things that are parked) and ``fed`` (things that have come)."""

    def __init__(self, infeed: Infeed, device: str, built: Built, seed: int, frame: Frame, size: Vector) -> None:
        self._infeed, self._device, self._built, self._frame, self._size = infeed, device, built, frame, size
        self._seed, self._waiting, self._fed, self._feeding = seed, list(infeed.things), 0, infeed.feeding
        self._due = infeed.begin + self._draw("late", infeed.vary, 0.0)
        if len(set(infeed.things)) < len(infeed.things):
            raise ValueError("infeed.things: each can come once only")
        self._extents: dict[str, Vector] = {}
        for name in infeed.things:
            need_thing(built, "infeed.things", name, loose=True)
        self._park()

    def tick(self, time: float, moving: float) -> None:
        """Bring the next thing when it is due, the belt moves, and there is room."""
        if not self._waiting or not self._feeding or time < self._due or abs(moving) < 0.01:
            return
        name, (long, wide, _) = self._waiting[0], self._size
        extent = self._extents[name]
        deep = max(extent[:2])
        side = max(0.0, min(self._infeed.offset, (wide - deep) / 2.0))
        x = (deep / 2.0 + 0.02 - long / 2.0) * (1.0 if moving > 0.0 else -1.0)
        spot = self._frame.to_world((x, self._draw("offset", side), extent[2] / 2.0 + 0.002))
        if not self._is_free(spot, deep):
            return
        self._waiting.pop(0)
        state = self._built.objects[name]
        turn = multiply(self._frame.orientation, about_z(self._draw("turn", self._infeed.turn)))
        self._built.engine.put(state.body, spot, turn)
        state.away = False
        self._fed += 1
        self._due = time + self._infeed.every + self._draw("late", self._infeed.vary, 0.0)
        self._built.tell(
            DeviceChanged(device=self._device, quantity="fed", before=self._fed - 1, after=self._fed, cause=name)
        )

    def signals(self) -> Mapping[str, Signal]:
        """See Mechanism."""
        return {
            "feeding": Signal(read=lambda: self._feeding, write=self._feed, kind="switch"),
            "waiting": Signal(read=lambda: float(len(self._waiting))),
            "fed": Signal(read=lambda: float(self._fed)),
        }

    def _feed(self, value: Value) -> None:
        self._feeding = bool(value)

    def _park(self) -> None:
        built, engine = self._built, self._built.engine
        x, y, _ = self._frame.origin
        count = len(self._waiting)
        for name in self._waiting:
            engine.put(built.things[name], engine.motion(built.things[name]).position, UPRIGHT)
            low, high = engine.bounds(built.things[name], -1)
            self._extents[name] = (high[0] - low[0], high[1] - low[1], high[2] - low[2])
        room = max(max(extent[:2]) for extent in self._extents.values()) + APART
        built.add(self._device, Shape("box", (room * count, room, 0.1)), (x, y, DEPTH), UPRIGHT)
        for index, name in enumerate(self._waiting):
            state = built.objects[name]
            across = room * (index - (count - 1) / 2.0)
            height = DEPTH + 0.05 + self._extents[name][2] / 2.0 + 0.002
            engine.put(state.body, (x + across, y, height), UPRIGHT)
            state.away = True

    def _is_free(self, spot: Vector, deep: float) -> bool:
        for name, state in self._built.objects.items():
            if state.thing.mass > 0.0 and not state.away and name != self._waiting[0]:
                low, high = self._built.engine.bounds(state.body, -1)
                half = deep / 2.0 + 0.02
                if all(a - half <= at <= b + half for a, at, b in zip(low, spot, high, strict=True)):
                    return False
        return True

    def _draw(self, what: str, most: float, least: float | None = None) -> float:
        """Draw evenly from ``least``, which is ``-most`` when left out, to ``most``."""
        random = drawn(self._seed, "infeed", self._device, what, str(self._fed))
        return random.uniform(-most if least is None else least, most)
