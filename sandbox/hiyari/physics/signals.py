"""Signals: the named quantities of a scene that probes, wiring, sensors, faults, happenings and skills read and set.

A signal's name is ``<owner>.<quantity>``, such as ``conveyor.speed`` or ``door.open``. Its value is a number in the
unit it states, a switch (true or false), or a text. Reading one never changes the simulation.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from .values import real

Value = float | bool | str


class Unsettable(Exception):
    """A signal cannot be set so; says why and what would be right.

    Args:
        text: Why, and what would be right.
        reason: What kind of mistake it is: the value is out of range or of another kind, the signal can only be read,
            or what it belongs to fails to take it now.
    """

    def __init__(self, text: str, reason: Literal["range", "kind", "read_only", "failed"] = "failed") -> None:
        super().__init__(text)
        self.reason = reason


@dataclass(frozen=True)
class Signal:
    """One quantity of the scene."""

    read: Callable[[], Value]
    """Returns its value now."""
    write: Callable[[Value], None] | None = None
    """Sets it; none when it can only be read."""
    kind: Literal["number", "switch", "text"] = "number"
    unit: str = ""
    """Unit of a number, such as ``m/s``."""
    low: float = -math.inf
    """Smallest number that may be set."""
    high: float = math.inf
    """Largest number that may be set."""
    setters: tuple[str, ...] | None = None
    """Who may set it, as the cause of its setting; anyone when none, nobody when empty."""


class Signals(dict[str, Signal]):
    """All signals of a scene by name."""

    def get_value(self, name: str) -> Value:
        """Return a signal's value.

        Raises:
            LookupError: If there is no such signal; names the nearest.
        """
        return self.find(name).read()

    def set_value(self, name: str, value: object, by: str = "") -> Value:
        """Set a signal and return the value it was given.

        Args:
            name: The signal.
            value: Its new value.
            by: Who or what sets it.

        Raises:
            LookupError: If there is no such signal; names the nearest.
            Unsettable: If it cannot be set, or not to this.
        """
        signal = self.find(name)
        if signal.write is None:
            raise Unsettable(f"{name} can only be read", "read_only")
        if signal.setters is not None and by not in signal.setters:
            raise Unsettable(f"{name} can be set by {' or '.join(signal.setters) or 'nobody'} only", "read_only")
        fitting = fit(name, signal, value)
        signal.write(fitting)
        return fitting

    def find(self, name: str) -> Signal:
        """Return a signal.

        Raises:
            LookupError: If there is no such signal; names the nearest.
        """
        if name in self:
            return self[name]
        near = difflib.get_close_matches(str(name)[:100], self, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(self)[:30]) or 'none'}"
        raise LookupError(f"there is no signal {str(name)[:100]!r}; {hint}")

    def of(self, owner: str) -> dict[str, Signal]:
        """Return the signals of one owner by quantity."""
        return {name[len(owner) + 1 :]: signal for name, signal in self.items() if name.startswith(f"{owner}.")}


def named(owner: str, signals: Mapping[str, Signal]) -> dict[str, Signal]:
    """Return signals by full name, given an owner's by quantity."""
    return {f"{owner}.{quantity}": signal for quantity, signal in signals.items()}


def fit(name: str, signal: Signal, value: object) -> Value:
    """Return a value as the signal's kind.

    Raises:
        Unsettable: If it is of another kind, no finite number, or out of range.
    """
    if signal.kind == "switch":
        if not isinstance(value, bool):
            raise Unsettable(f"{name} is a switch: true or false is needed, not {str(value)[:60]!r}", "kind")
        return value
    if signal.kind == "text":
        if not isinstance(value, str) or len(value) > 500:
            raise Unsettable(f"{name} is a text of at most 500 characters", "kind")
        return value
    number = real(value)
    if number is None:
        raise Unsettable(f"{name} needs a finite number{_in(signal)}, not {str(value)[:60]!r}", "kind")
    if not signal.low <= number <= signal.high:
        raise Unsettable(f"{name}={number:g} is out of range, {signal.low:g} to {signal.high:g}{_in(signal)}", "range")
    return number


def _in(signal: Signal) -> str:
    return f" in {signal.unit}" if signal.unit else ""
