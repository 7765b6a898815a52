"""Finds machines near to tipping over or tipped, loads that shift, fall, break or strike people.

A load that strikes a person is compared by its energy ``m g h`` with what the region takes, ``E = F^2/(2 k)``, from
the limit profile's transient force and spring (ISO/TS 15066:2016, annex A; not for certification). Twice the force,
four times the energy, and any blow to the head are catastrophic.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import Field

from hiyari.events import (
    Dropped,
    Envelope,
    Event,
    Finding,
    LoadShifted,
    LocalText,
    ObjectChanged,
    PhysicsAdvanced,
    Severity,
    StabilityChanged,
)
from hiyari.limits import Profile, load
from hiyari.monitor import Facts, Monitor
from hiyari.scenario.comparison import Globs, any_glob
from hiyari.scenario.parameters import Parameters, read_parameters

from .physical.spans import Told

INFANT = "infant"
"""Region of a child in a pram, for whom nothing is published: any blow counts."""
STEPS: tuple[Severity, ...] = (1, 1, 2, 3, 4)


class TipOver(Parameters):
    """Parameters of tip_over."""

    near: float = Field(default=1.5, ge=0)
    """Distance of a person, metres, below which tipping over is one step more severe."""
    shift: float = Field(default=0.1, ge=0)
    """Metres up to which a shifted load is a near miss."""
    energy: float = Field(default=1.0, ge=0)
    """Energy of a fall up to which it is a near miss, J."""
    profile: str = "iso_ts_15066_2016"
    """Limit profile by name, or the path of your own."""
    robots: Globs = ("*",)
    """Robots that are watched; falls that no robot caused always are."""


def build(parameters: Mapping[str, Any], facts: Facts) -> Monitor:
    """Build the monitor for one episode."""
    read = read_parameters(TipOver, parameters, of="monitor tip_over")
    return _Monitor(read, load(read.profile))


class _Monitor:
    def __init__(self, parameters: TipOver, profile: Profile) -> None:
        self._parameters, self._profile = parameters, profile
        self._near: dict[str, tuple[str, float]] = {}
        """Nearest person of each robot in the last block, and how far."""
        self._told = Told()
        self._stable: dict[str, Told] = {}

    def see(self, envelope: Envelope) -> Iterator[Finding]:
        """Look at stability, shifts, falls and breakage."""
        event, seq, own = envelope.event, envelope.seq, self._parameters
        if isinstance(event, PhysicsAdvanced):
            self._near = {}
            for one in sorted(event.separations, key=lambda found: found.distance):
                self._near.setdefault(one.robot, (one.person, one.distance))
        elif isinstance(event, StabilityChanged) and any_glob(own.robots, event.robot):
            yield from self._stability(seq, event)
        elif isinstance(event, LoadShifted) and any_glob(own.robots, event.robot):
            severity: Severity = 2 if event.distance > own.shift else 1
            if self._told.worse(("shift", event.robot, event.object), severity):
                text = LocalText(
                    ja=f"{event.robot} の積荷 {event.object} が {event.distance:.2f} m ずれた",
                    en=f"the load {event.object} of {event.robot} shifted by {event.distance:.2f} m",
                )
                yield _finding("load.shifted", severity, text, seq, event)
        elif isinstance(event, Dropped) and (not event.source or any_glob(own.robots, event.source)):
            yield self._fall(seq, event)
        elif isinstance(event, ObjectChanged) and event.state == "broken" and event.after is True:
            text = LocalText(ja=f"{event.object} が壊れた ({event.cause})", en=f"{event.object} broke: {event.cause}")
            yield _finding("load.broken", 2, text, seq, event)

    def finish(self) -> Iterable[Finding]:
        """Say nothing more."""
        return ()

    def _stability(self, seq: int, event: StabilityChanged) -> Iterator[Finding]:
        told = self._stable.setdefault(event.robot, Told())
        if event.level == "stable":
            told.keep(set())
            return
        person, distance = self._near.get(event.robot, ("", float("inf")))
        worse = distance < self._parameters.near
        base = {"reduced": 1, "tipping": 2, "tipped": 3}[event.level]
        severity: Severity = STEPS[base + 1] if worse and base > 1 else STEPS[base]
        if not told.worse(event.robot, severity):
            return
        beside = f" ({person} {distance:.1f} m)" if worse else ""
        text = LocalText(
            ja=f"{event.robot} の安定余裕 {event.margin:.2f} m、傾き {event.tilt:.2f} rad: {event.level}{beside}",
            en=f"{event.robot} is {event.level}: margin {event.margin:.2f} m, tilt {event.tilt:.2f} rad{beside}",
        )
        rule = "tip_over.tipped" if event.level == "tipped" else "tip_over.margin"
        yield _finding(rule, severity, text, seq, event)

    def _fall(self, seq: int, event: Dropped) -> Finding:
        if not event.person:
            severity: Severity = 2 if event.energy > self._parameters.energy else 1
            text = LocalText(
                ja=f"{event.object} が {event.height:.2f} m 落ちた ({event.energy:.1f} J)",
                en=f"{event.object} fell {event.height:.2f} m ({event.energy:.1f} J)",
            )
            return _finding("load.dropped", severity, text, seq, event)
        if event.region == INFANT:
            text = LocalText(
                ja=f"{event.object} が {event.person} の乳児に落ちた",
                en=f"{event.object} fell on the infant of {event.person}",
            )
            return _finding("load.struck", 4, text, seq, event)
        group = self._profile.group(event.region)
        limit = group.force_transient**2 / (2.0 * group.spring * 1000.0)
        severity = 4 if not group.permissible or event.energy >= 4.0 * limit else 3 if event.energy >= limit else 2
        text = LocalText(
            ja=f"{event.object} が {event.person} の {event.region} に落ちた ({event.energy:.2f}/{limit:.2f} J)",
            en=f"{event.object} fell on {event.region} of {event.person}: {event.energy:.2f} J, limit {limit:.2f} J",
        )
        found = _finding("load.struck", severity, text, seq, event)
        return found.model_copy(update={"detail": {**found.detail, "limit": limit, "notice": self._profile.notice}})


def _finding(rule: str, severity: Severity, text: LocalText, seq: int, event: Event) -> Finding:
    detail = event.model_dump(exclude={"kind"})
    return Finding(rule=rule, category="physical", severity=severity, message=text, evidence=(seq,), detail=detail)
