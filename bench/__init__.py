"""Benchmarks: each module has ``rows()``; ``python -m bench [module...]`` prints what they measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One measured quantity beside what it is compared with in the same run."""

    name: str
    """What was measured."""
    value: float
    """The measured value."""
    unit: str
    """Its unit."""
    baseline: float | None = None
    """The same quantity of the peer or of the bare baseline, in the same unit."""
    against: str = ""
    """What the baseline is."""
    aim: str = ""
    """What the project aims at, in words."""

    @property
    def ratio(self) -> float | None:
        """Value over baseline."""
        return self.value / self.baseline if self.baseline else None
