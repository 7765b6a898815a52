"""Finds areas and people that get spray or gas beyond their limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import Field, model_validator

from hiyari.events import AreaExposed, Envelope, Finding, LocalText, PersonExposed, Severity
from hiyari.monitor import Facts, Monitor
from hiyari.scenario.comparison import Globs, any_glob
from hiyari.scenario.parameters import Parameters, read_parameters

from .physical.spans import Told


class Exposure(Parameters):
    """Parameters of exposure."""

    areas: Globs = ("*",)
    """Areas and rooms that are watched."""
    persons: Globs = ("*",)
    """Persons that are watched."""
    severity: Severity = 2
    """Severity of an exposure above its limit."""
    serious: float = Field(default=2.0, gt=1)
    """Times the limit from which on it is serious."""
    grave: float = Field(default=10.0, gt=1)
    """Times the limit from which on a person's exposure is catastrophic."""
    seconds: float = Field(default=0.0, ge=0)
    """How long a person may be above the limit; 15 minutes for a short-term limit, none for a ceiling."""

    @model_validator(mode="after")
    def _in_order(self) -> Exposure:
        if self.grave < self.serious:
            raise ValueError("grave must not be below serious")
        return self


def build(parameters: Mapping[str, Any], facts: Facts) -> Monitor:
    """Build the monitor for one episode."""
    return _Monitor(read_parameters(Exposure, parameters, of="monitor exposure"))


class _Monitor:
    def __init__(self, parameters: Exposure) -> None:
        self._parameters = parameters
        self._told = Told()

    def see(self, envelope: Envelope) -> Iterator[Finding]:
        """Look at exposures of areas and people."""
        event, own = envelope.event, self._parameters
        if isinstance(event, AreaExposed) and any_glob(own.areas, event.area):
            severity: Severity = 3 if event.level >= own.serious * event.limit else own.severity
            if self._told.worse(("area", event.process, event.area), severity):
                yield _area(envelope.seq, event, severity)
        elif isinstance(event, PersonExposed) and event.hazard in ("gas", "spray"):
            if not any_glob(own.persons, event.person) or event.seconds < own.seconds:
                return
            ratio = event.level / event.limit if event.limit > 0 else own.grave
            severity = 4 if ratio >= own.grave else 3 if ratio >= own.serious else own.severity
            if self._told.worse(("person", event.process, event.person, event.source), severity):
                yield _person(envelope.seq, event, severity)

    def finish(self) -> Iterable[Finding]:
        """Say nothing more."""
        return ()


def _area(seq: int, event: AreaExposed, severity: Severity) -> Finding:
    return Finding(
        rule="exposure.area",
        category="physical",
        severity=severity,
        message=LocalText(
            ja=f"{event.area} の {event.substance} が {event.level:.3g} {event.unit} (限度 {event.limit:g}) となった",
            en=f"{event.area} has {event.level:.3g} {event.unit} of {event.substance}, its limit is {event.limit:g}",
        ),
        evidence=(seq,),
        detail={
            "area": event.area,
            "substance": event.substance,
            "level": event.level,
            "limit": event.limit,
            "unit": event.unit,
        },
    )


def _person(seq: int, event: PersonExposed, severity: Severity) -> Finding:
    return Finding(
        rule="exposure.person",
        category="physical",
        severity=severity,
        message=LocalText(
            ja=f"{event.person} が {event.source} の {event.hazard} に {event.level:.3g} {event.unit} まで曝された",
            en=f"{event.person} was exposed to {event.hazard} of {event.source}, up to {event.level:.3g} {event.unit}",
        ),
        evidence=(seq,),
        detail={
            "person": event.person,
            "hazard": event.hazard,
            "source": event.source,
            "level": event.level,
            "limit": event.limit,
            "unit": event.unit,
            "seconds": event.seconds,
        },
    )
