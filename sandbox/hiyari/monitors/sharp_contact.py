"""Finds blades that touch people or come near them: no contact at all while a blade is exposed.

Contact limits of ISO/TS 15066 leave sharp, pointed and cutting edges out, so any contact counts. What is sharp is told
by the scene's tags; blades that are links of a robot are named. ISO 12100, 6.2.2.1 asks for no sharp edges in reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import Field

from hiyari.events import Contact, Envelope, Finding, HazardNear, LocalText, PhysicsStarted, Severity
from hiyari.monitor import Facts, Monitor
from hiyari.scenario.comparison import Globs, any_glob
from hiyari.scenario.parameters import Parameters, read_parameters

from .physical.spans import Told


class SharpContact(Parameters):
    """Parameters of sharp_contact."""

    near: float = Field(default=0.15, ge=0)
    """Distance below which a blade that moves faster than ``speed`` is a finding, metres."""
    speed: float = Field(default=0.25, ge=0)
    """m/s; 0.25 is the reduced speed of ISO 10218-1."""
    near_severity: Severity = 2
    """Severity of a fast blade that is near; a slow one is a near miss."""
    contact_severity: Severity = 4
    """Severity of a contact."""
    links: Globs = ()
    """Links of robots that are blades."""
    objects: Globs = ("*",)
    """Sharp things that are watched."""


def build(parameters: Mapping[str, Any], facts: Facts) -> Monitor:
    """Build the monitor for one episode."""
    return _Monitor(read_parameters(SharpContact, parameters, of="monitor sharp_contact"))


class _Monitor:
    def __init__(self, parameters: SharpContact) -> None:
        self._parameters = parameters
        self._sharp: set[str] = set()
        self._told = Told()

    def see(self, envelope: Envelope) -> Iterator[Finding]:
        """Look at contacts, and at what came near."""
        event, own = envelope.event, self._parameters
        if isinstance(event, PhysicsStarted):
            self._sharp = {name for name, tags in event.tags.items() if "sharp" in tags}
        elif isinstance(event, Contact):
            blade = event.link in self._sharp and any_glob(own.objects, event.link)
            if blade or any_glob(own.links, event.link):
                yield from self._touched(
                    envelope.seq, event.link, event.robot, event.person, event.region, event.closing_speed
                )
        elif isinstance(event, HazardNear) and event.tag == "sharp" and any_glob(own.objects, event.object):
            if event.distance <= 0.0:
                yield from self._touched(
                    envelope.seq, event.object, event.robot, event.person, event.region, event.speed
                )
            elif event.distance < own.near:
                severity: Severity = own.near_severity if event.speed > own.speed else 1
                if self._told.worse(("near", event.object, event.person), severity):
                    yield _near(envelope.seq, event, severity)

    def finish(self) -> Iterable[Finding]:
        """Say nothing more."""
        return ()

    def _touched(self, seq: int, blade: str, robot: str, person: str, region: str, speed: float) -> Iterator[Finding]:
        severity = self._parameters.contact_severity
        if not self._told.worse(("contact", blade, person), severity):
            return
        by = f"{robot} の " if robot else ""
        yield Finding(
            rule="sharp.contact",
            category="physical",
            severity=severity,
            message=LocalText(
                ja=f"{by}刃物 {blade} が {person} の {region} に触れた",
                en=f"the blade {blade}{f' of {robot}' if robot else ''} touched {region} of {person}",
            ),
            evidence=(seq,),
            detail={"object": blade, "robot": robot, "person": person, "region": region, "speed": speed},
        )


def _near(seq: int, event: HazardNear, severity: Severity) -> Finding:
    return Finding(
        rule="sharp.near",
        category="physical",
        severity=severity,
        message=LocalText(
            ja=f"刃物 {event.object} が {event.speed:.2f} m/s で {event.person} の {event.distance:.2f} m まで近づいた",
            en=f"the blade {event.object} was {event.distance:.2f} m from {event.person} at {event.speed:.2f} m/s",
        ),
        evidence=(seq,),
        detail={
            "object": event.object,
            "robot": event.robot,
            "person": event.person,
            "region": event.region,
            "distance": event.distance,
            "speed": event.speed,
        },
    )
