"""Exposures of people that last: told when a limit is passed, and again each time they have lasted twice as long."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from hiyari.events import PersonExposed


@dataclass
class Lasting:
    """One exposure."""

    began: float
    last: float
    level: float
    due: float
    """Seconds it must have lasted to be told again."""


@dataclass
class Exposures:
    """All exposures that one process causes, by person, source and region."""

    process: str
    hazard: Literal["heat", "gas", "spray", "liquid"]
    unit: str
    first: float = 0.0
    """Seconds an exposure must last to be told at all."""
    gap: float = 0.25
    """Seconds without exposure that do not end one."""
    going: dict[tuple[str, str, str], Lasting] = field(default_factory=dict)

    def see(
        self, time: float, person: str, source: str, level: float, limit: float, region: str = ""
    ) -> PersonExposed | None:
        """Take in that a person is exposed now; returns the event when it is to be told.

        Args:
            time: Simulated seconds.
            person: Who.
            source: What it comes from.
            level: How much.
            limit: The limit in force, which the level must pass to count.
            region: Body region.
        """
        if level <= limit:
            return None
        key = (person, source, region)
        lasting = self.going.get(key)
        if lasting is None or time - lasting.last > self.gap:
            lasting = self.going[key] = Lasting(time, time, level, self.first)
        lasting.last, lasting.level = time, max(lasting.level, level)
        lasted = time - lasting.began
        if lasted < lasting.due:
            return None
        lasting.due = max(2.0 * lasted, 0.5)
        return PersonExposed(
            process=self.process,
            person=person,
            hazard=self.hazard,
            source=source,
            region=region,
            level=lasting.level,
            limit=limit,
            unit=self.unit,
            seconds=round(lasted, 6),
        )

    def seconds(self, time: float, person: str, source: str, region: str = "") -> float:
        """Return how long an exposure that goes on has lasted."""
        lasting = self.going.get((person, source, region))
        return 0.0 if lasting is None or time - lasting.last > self.gap else time - lasting.began
