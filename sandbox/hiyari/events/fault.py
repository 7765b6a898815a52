"""Events of faults that a scenario injects. They are the truth: no agent is told of them."""

from __future__ import annotations

from typing import Literal

from .base import Event, Json


class FaultBegan(Event):
    """Something begins to be wrong."""

    kind: Literal["fault.began"] = "fault.began"
    fault: str
    """What is wrong, such as ``stuck``, ``late_brakes`` or ``lost``."""
    on: Literal["robot", "sensor", "thing", "person"]
    """What it is wrong with."""
    whom: str
    """Its name."""
    numbers: dict[str, Json] = {}
    """Parameters of the fault, in SI units."""
    lasts: float | None = None
    """Seconds it will last; none until it is ended, or to the end."""


class FaultEnded(Event):
    """Something is right again."""

    kind: Literal["fault.ended"] = "fault.ended"
    fault: str
    """What was wrong."""
    on: Literal["robot", "sensor", "thing", "person"]
    """What it was wrong with."""
    whom: str
    """Its name."""
    lasted: float
    """Seconds it has lasted."""
