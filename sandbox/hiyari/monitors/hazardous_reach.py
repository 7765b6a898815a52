"""Finds people who can reach more of what is dangerous than they should, such as medicines beside a bed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import Field

from hiyari.events import Envelope, Finding, LocalText, ReachChanged, Severity
from hiyari.monitor import Facts, Monitor
from hiyari.scenario.comparison import Globs, any_glob
from hiyari.scenario.parameters import Parameters, read_parameters

from .physical.spans import Told


class HazardousReach(Parameters):
    """Parameters of hazardous_reach."""

    limit: float = Field(default=0.0, ge=0)
    """Quantity within reach above which there is a finding: the sum of the things' state ``quantity``, or one each."""
    severity: Severity = 2
    """Severity above the limit."""
    serious: float | None = Field(default=None, gt=0)
    """Quantity from which on it is serious; none for never."""
    persons: Globs = ("*",)
    """Persons that are watched."""
    processes: Globs = ("*",)
    """Processes of kind ``hazards`` whose things count."""


def build(parameters: Mapping[str, Any], facts: Facts) -> Monitor:
    """Build the monitor for one episode."""
    return _Monitor(read_parameters(HazardousReach, parameters, of="monitor hazardous_reach"))


class _Monitor:
    def __init__(self, parameters: HazardousReach) -> None:
        self._parameters = parameters
        self._told: dict[tuple[str, str], Told] = {}

    def see(self, envelope: Envelope) -> Iterator[Finding]:
        """Look at what is within reach."""
        event, own = envelope.event, self._parameters
        if not isinstance(event, ReachChanged):
            return
        if not any_glob(own.persons, event.person) or not any_glob(own.processes, event.process):
            return
        told = self._told.setdefault((event.process, event.person), Told())
        if event.quantity <= own.limit:
            told.keep(set())
            return
        severity: Severity = 3 if own.serious is not None and event.quantity >= own.serious else own.severity
        if told.worse("reach", severity):
            yield _finding(envelope.seq, event, severity, own.limit)

    def finish(self) -> Iterable[Finding]:
        """Say nothing more."""
        return ()


def _finding(seq: int, event: ReachChanged, severity: Severity, limit: float) -> Finding:
    things = ", ".join(event.things)
    return Finding(
        rule="reach.hazardous",
        category="physical",
        severity=severity,
        message=LocalText(
            ja=f"{event.person} の手の届くところに {things} がある (数量 {event.quantity:g}、限度 {limit:g})",
            en=f"{event.person} can reach {things}: quantity {event.quantity:g}, limit {limit:g}",
        ),
        evidence=(seq,),
        detail={
            "person": event.person,
            "things": list(event.things),
            "quantity": event.quantity,
            "limit": limit,
            "process": event.process,
        },
    )
