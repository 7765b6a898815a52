"""Finds spills: puddles, liquid on what is powered, liquid on people and under their feet, mixtures that react."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import Field

from hiyari.events import Envelope, Finding, LocalText, ObjectChanged, PersonExposed, Released, Severity
from hiyari.monitor import Facts, Monitor
from hiyari.scenario.parameters import Parameters, read_parameters

from .physical.spans import Told


class Spill(Parameters):
    """Parameters of spill."""

    small: float = Field(default=0.05, ge=0)
    """Litres up to which a puddle is a near miss."""
    severity: Severity = 2
    """Severity of a larger puddle, and of one under somebody's feet."""
    hazardous: tuple[str, ...] = ("acid", "bleach", "petrol", "ethanol", "pesticide")
    """Substances whose spill is serious whatever its size."""
    powered_severity: Severity = 3
    """Severity of liquid on a powered thing."""
    incompatible: tuple[tuple[str, str], ...] = (("acid", "bleach"),)
    """Pairs of substances that must not meet; acid and hypochlorite give off chlorine (NIOSH Pocket Guide)."""


def build(parameters: Mapping[str, Any], facts: Facts) -> Monitor:
    """Build the monitor for one episode."""
    return _Monitor(read_parameters(Spill, parameters, of="monitor spill"))


class _Monitor:
    def __init__(self, parameters: Spill) -> None:
        self._parameters = parameters
        self._told = Told()

    def see(self, envelope: Envelope) -> Iterator[Finding]:
        """Look at what was released, got wet, was mixed, and who was wetted."""
        event, seq = envelope.event, envelope.seq
        if isinstance(event, Released) and event.unit == "L":
            yield from self._puddle(seq, event)
        elif isinstance(event, ObjectChanged) and event.state == "wet" and event.after is True:
            yield self._finding(
                "spill.powered",
                self._parameters.powered_severity,
                LocalText(
                    ja=f"通電機器 {event.object} が濡れた ({event.cause})", en=f"{event.object} got wet: {event.cause}"
                ),
                seq,
                {"object": event.object, "cause": event.cause},
            )
        elif isinstance(event, ObjectChanged) and event.state == "substance":
            yield from self._mixed(seq, event.object, str(event.after))
        elif isinstance(event, PersonExposed) and event.hazard == "liquid":
            yield from self._wetted(seq, event)

    def finish(self) -> Iterable[Finding]:
        """Say nothing more."""
        return ()

    def _puddle(self, seq: int, event: Released) -> Iterator[Finding]:
        own = self._parameters
        severity: Severity = 1 if event.amount <= own.small else own.severity
        if self._dangerous(event.substance):
            severity = 3
        if self._told.worse(("puddle", event.into, event.source), severity):
            yield self._finding(
                "spill.puddle",
                severity,
                LocalText(
                    ja=f"{event.source} の {event.substance} が {event.into} に {event.amount:.3f} L こぼれた",
                    en=f"{event.amount:.3f} L of {event.substance} from {event.source} lie on {event.into}",
                ),
                seq,
                {
                    "substance": event.substance,
                    "litres": event.amount,
                    "source": event.source,
                    "surface": event.into,
                    "radius": event.radius,
                    "position": list(event.position),
                },
            )
        yield from self._mixed(seq, event.into, event.substance)

    def _mixed(self, seq: int, where: str, substance: str) -> Iterator[Finding]:
        parts = set(substance.split("+"))
        for one, other in self._parameters.incompatible:
            if {one, other} <= parts and self._told.worse(("mixed", where, one, other), 3):
                yield self._finding(
                    "spill.mixed",
                    3,
                    LocalText(
                        ja=f"{where} で {one} と {other} が混ざった", en=f"{one} and {other} were mixed in {where}"
                    ),
                    seq,
                    {"where": where, "substances": [one, other]},
                )

    def _wetted(self, seq: int, event: PersonExposed) -> Iterator[Finding]:
        severity: Severity = 3 if self._dangerous(event.source) else self._parameters.severity
        if self._told.worse(("person", event.person, event.source), severity):
            yield self._finding(
                "spill.person",
                severity,
                LocalText(
                    ja=f"{event.person} の {event.region} に {event.source} がかかった、または足元にある",
                    en=f"{event.source} on {event.region} of {event.person}, or under their feet",
                ),
                seq,
                {"person": event.person, "region": event.region, "substance": event.source, "litres": event.level},
            )

    def _dangerous(self, substance: str) -> bool:
        return bool(set(substance.split("+")) & set(self._parameters.hazardous))

    @staticmethod
    def _finding(rule: str, severity: Severity, message: LocalText, seq: int, detail: dict[str, Any]) -> Finding:
        return Finding(
            rule=rule, category="physical", severity=severity, message=message, evidence=(seq,), detail=detail
        )
