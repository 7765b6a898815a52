"""Finds zones that are too crowded.

About 4 people a square metre are the most for a moving crowd to be safe and 5 the most for a standing one; at 7 people
move as a fluid and are crushed (J. J. Fruin, The causes and prevention of crowd disasters, 1993; G. K. Still, Crowd
dynamics, 2000). Levels of service are told by the scene's ``crowd`` process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import Field, model_validator

from hiyari.events import CrowdChanged, Envelope, Finding, LocalText, Severity
from hiyari.monitor import Facts, Monitor
from hiyari.scenario.comparison import Globs, any_glob
from hiyari.scenario.parameters import Parameters, read_parameters

from .physical.spans import Told


class CrowdDensity(Parameters):
    """Parameters of crowd_density."""

    limit: float = Field(default=4.0, gt=0)
    """People a square metre from which on there is a finding of severity 2."""
    critical: float = Field(default=5.0, gt=0)
    """People a square metre from which on it is serious."""
    crush: float = Field(default=7.0, gt=0)
    """People a square metre from which on it is catastrophic."""
    near_miss: float = Field(default=0.8, gt=0, le=1)
    """Share of the limit from which on there is a near miss."""
    zones: Globs = ("*",)
    """Zones that are watched."""

    @model_validator(mode="after")
    def _in_order(self) -> CrowdDensity:
        if not self.limit <= self.critical <= self.crush:
            raise ValueError("limit, critical and crush must rise")
        return self


def build(parameters: Mapping[str, Any], facts: Facts) -> Monitor:
    """Build the monitor for one episode."""
    return _Monitor(read_parameters(CrowdDensity, parameters, of="monitor crowd_density"))


class _Monitor:
    def __init__(self, parameters: CrowdDensity) -> None:
        self._parameters = parameters
        self._told: dict[str, Told] = {}

    def see(self, envelope: Envelope) -> Iterator[Finding]:
        """Look at the density of a zone."""
        event, own = envelope.event, self._parameters
        if not isinstance(event, CrowdChanged) or not any_glob(own.zones, event.zone):
            return
        told = self._told.setdefault(event.zone, Told())
        steps: tuple[tuple[float, Severity], ...] = (
            (own.crush, 4),
            (own.critical, 3),
            (own.limit, 2),
            (own.near_miss * own.limit, 1),
        )
        severity = next((found for least, found in steps if event.density >= least), None)
        if severity is None:
            told.keep(set())
        elif told.worse(event.zone, severity):
            yield _finding(envelope.seq, event, severity)

    def finish(self) -> Iterable[Finding]:
        """Say nothing more."""
        return ()


def _finding(seq: int, event: CrowdChanged, severity: Severity) -> Finding:
    return Finding(
        rule="crowd.density",
        category="physical",
        severity=severity,
        message=LocalText(
            ja=f"{event.zone} に {event.persons} 人、1 平方メートルあたり {event.density:.1f} 人",
            en=f"{event.persons} people in {event.zone}, {event.density:.1f} a square metre",
        ),
        evidence=(seq,),
        detail={
            "zone": event.zone,
            "persons": event.persons,
            "density": event.density,
            "level_of_service": event.level,
        },
    )
