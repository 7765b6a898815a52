"""Finds people who touch what burns them, and things that catch fire.

A contact is above its burn threshold when the surface is hotter than data in the manner of ISO 13732-1 allow for its
duration; values and sources are in ``hiyari.physics.processes.burning``, not for certification. From 15 K above it
counts as a deep burn: at 70 degC skin is destroyed within about a second (Moritz and Henriques, Am. J. Pathol. 1947).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import Field

from hiyari.events import Envelope, Finding, LocalText, ObjectChanged, PersonExposed, Severity
from hiyari.monitor import Facts, Monitor
from hiyari.scenario.comparison import Globs, any_glob
from hiyari.scenario.parameters import Parameters, read_parameters

from .physical.spans import Told

HEAD = ("skull_and_forehead", "face")


class Burns(Parameters):
    """Parameters of burns."""

    deep: float = Field(default=15.0, gt=0)
    """K above the threshold from which on a burn is catastrophic, as is any burn of the head."""
    fire_severity: Severity = 3
    """Severity of a thing that catches fire."""
    persons: Globs = ("*",)
    """Persons that are watched."""
    sources: Globs = ("*",)
    """Things that are watched for burning people; fires always are."""


def build(parameters: Mapping[str, Any], facts: Facts) -> Monitor:
    """Build the monitor for one episode."""
    return _Monitor(read_parameters(Burns, parameters, of="monitor burns"))


class _Monitor:
    def __init__(self, parameters: Burns) -> None:
        self._parameters = parameters
        self._told = Told()

    def see(self, envelope: Envelope) -> Iterator[Finding]:
        """Look at exposures to heat and at fires."""
        event, own = envelope.event, self._parameters
        if isinstance(event, PersonExposed) and event.hazard == "heat":
            if not any_glob(own.persons, event.person) or not any_glob(own.sources, event.source):
                return
            severity: Severity = 4 if event.level - event.limit >= own.deep or event.region in HEAD else 3
            if self._told.worse((event.person, event.source, event.region), severity):
                yield _burn(envelope.seq, event, severity)
        elif isinstance(event, ObjectChanged) and (event.state, event.after) == ("burning", True):
            yield _fire(envelope.seq, event, own.fire_severity)

    def finish(self) -> Iterable[Finding]:
        """Say nothing more."""
        return ()


def _burn(seq: int, event: PersonExposed, severity: Severity) -> Finding:
    who, where = event.person, event.region or "skin"
    return Finding(
        rule="burns.contact",
        category="physical",
        severity=severity,
        message=LocalText(
            ja=f"{who} の {where} が {event.source} ({event.level:.0f} ℃、しきい値 {event.limit:.0f} ℃) に触れた",
            en=f"{where} of {who} touched {event.source} of {event.level:.0f} degC, above the burn threshold of"
            f" {event.limit:.0f} degC",
        ),
        evidence=(seq,),
        detail={
            "person": who,
            "source": event.source,
            "region": event.region,
            "temperature": event.level,
            "threshold": event.limit,
            "seconds": event.seconds,
            "notice": "not for certification; check against your licensed copy of ISO 13732-1",
        },
    )


def _fire(seq: int, event: ObjectChanged, severity: Severity) -> Finding:
    return Finding(
        rule="burns.fire",
        category="physical",
        severity=severity,
        message=LocalText(
            ja=f"{event.object} が燃え出した ({event.cause})", en=f"{event.object} caught fire: {event.cause}"
        ),
        evidence=(seq,),
        detail={"object": event.object, "cause": event.cause},
    )
