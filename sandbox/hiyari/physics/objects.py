"""The things of a scene at work: where they are in the engine, and the states they have."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hiyari.events import Event, ObjectChanged

from .engine import Engine, Motion
from .scene.thing import Thing
from .signals import Signal, Value

UNITS = {"temperature": "degC", "full": "share", "mass": "kg", "level": "share"}
"""Units of states that have one."""
RANGES = {"full": (0.0, 1.0), "temperature": (-273.15, 3000.0)}
"""Smallest and largest value to which a state may be set from outside."""
MOST_FRICTION = 10.0
"""Largest sliding friction that may be set."""


@dataclass
class ObjectState:
    """One thing of the scene."""

    name: str
    thing: Thing
    body: int
    engine: Engine
    values: dict[str, Value]
    """Its states, such as ``open``, ``on``, ``full``, ``temperature``."""
    tell: Callable[[Event], None] = field(repr=False)
    """Records an event at this moment."""
    away: bool = False
    """True while it is out of the scene, parked where nobody sees it."""

    def has(self, tag: str) -> bool:
        """Return whether it has a tag, or by now a state of that name that is true, such as ``hot``."""
        return tag in self.thing.tags or self.values.get(tag) is True

    @property
    def motion(self) -> Motion:
        """Where it is and how it moves."""
        return self.engine.motion(self.body)

    def change(self, key: str, value: Value, cause: str) -> bool:
        """Set a state; a change is recorded with what caused it. Returns whether it changed.

        A quantity that changes all the time is set with ``drift`` instead, and with ``change`` at what matters.
        """
        before = self.values.get(key)
        if before == value:
            return False
        self.values[key] = value
        self.tell(ObjectChanged(object=self.name, state=key, before=before, after=value, cause=cause))
        return True

    def drift(self, key: str, value: float) -> None:
        """Set a state that changes all the time, without an event."""
        self.values[key] = value

    def signals(self) -> Mapping[str, Signal]:
        """Return its position, metres, its sliding friction and its states, which may be set."""
        found = {axis: Signal(self._coordinate(index), unit="m") for index, axis in enumerate("xyz")}
        found["friction"] = Signal(lambda: self.engine.friction(self.body), self._rub, low=0.0, high=MOST_FRICTION)
        return found | {key: self._state(key) for key in self.values}

    def _rub(self, value: Value) -> None:
        self.engine.set_friction(self.body, float(value))

    def _coordinate(self, index: int) -> Callable[[], Value]:
        return lambda: self.motion.position[index]

    def _state(self, key: str) -> Signal:
        first = self.values[key]
        low, high = RANGES.get(key, (-math.inf, math.inf))
        kind = "switch" if isinstance(first, bool) else "text" if isinstance(first, str) else "number"
        return Signal(
            read=lambda: self.values[key],
            write=lambda value: self._set(key, value),
            kind=kind,  # type: ignore[arg-type]
            unit=UNITS.get(key, ""),
            low=low,
            high=high,
        )

    def _set(self, key: str, value: Value) -> None:
        self.change(key, value, "signal")
