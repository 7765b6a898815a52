"""Speed-and-separation monitoring: was a moving robot nearer to a person than it could have stopped?

A robot that stops within its reaction and stopping time after the distance fell short did what it must; that is a near
miss. One finding for each span in which the distance was short, raised when the span ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from hiyari.events import Envelope, Finding, LocalText, PhysicsAdvanced, Separation, Severity
from hiyari.monitor import Facts, Monitor
from hiyari.scenario.comparison import Globs, any_glob
from hiyari.scenario.parameters import read_parameters

from .physical.protective_distance import ProtectiveDistance

JOINED = 0.25
"""Seconds of sufficient distance that do not end a span while the robot moves on."""


class SeparationParameters(ProtectiveDistance):
    """Parameters of separation."""

    person_speed: float | Literal["measured"] = 1.6
    """v_h, m/s: 1.6 walking, 2.0 upper limb (ISO 13855), or as measured in the scene."""
    moving_above: float = Field(default=0.02, ge=0)
    """Speed, m/s, above which a robot moves."""
    tolerance: float = Field(default=0.05, ge=0)
    """Metres by which a shortfall is still a near miss."""
    severity: Severity = 2
    """Severity of a shortfall."""
    robots: Globs = ("*",)
    """Robots that are watched."""
    persons: Globs = ("*",)
    """Persons that are watched."""
    regions: Globs = ("*",)
    """Body regions that are watched."""


@dataclass
class _Span:
    """A span in which the distance was short."""

    began: float
    """Simulated seconds."""
    events: list[int]
    """First, worst and last event."""
    shortfall: float
    """Largest shortfall, metres."""
    worst: Separation
    """Its moment."""
    needed: float
    """S_p at that moment."""
    allowance: float
    """Seconds in which the robot had to have stopped."""
    last: float
    """Simulated seconds at the end of the last block in which the distance was short."""


def build(parameters: Mapping[str, Any], facts: Facts) -> Monitor:
    """Build the monitor for one episode."""
    return _Monitor(read_parameters(SeparationParameters, parameters, of="monitor separation"))


class _Monitor:
    def __init__(self, parameters: SeparationParameters) -> None:
        self._parameters = parameters
        self._spans: dict[tuple[str, str], _Span] = {}
        self._before = 0.0

    def see(self, envelope: Envelope) -> Iterator[Finding]:
        """Hold every separation of a block against the protective distance."""
        event = envelope.event
        if not isinstance(event, PhysicsAdvanced):
            return
        short: set[tuple[str, str]] = set()
        speeds = {state.robot: state.speed for state in event.robots}
        for near in event.separations:
            speeds[near.robot] = max(speeds.get(near.robot, 0.0), near.robot_speed)
            if self._watched(near) and self._extend(envelope.seq, near):
                short.add((near.robot, near.person))
        for pair in list(self._spans):
            stopped = speeds.get(pair[0], 0.0) <= self._parameters.moving_above
            if pair in short:
                self._spans[pair].last = event.time
            elif stopped or event.time - self._spans[pair].last >= JOINED:
                yield self._close(pair, ended=event.time, stopped=stopped, block=event.time - self._before)
        self._before = event.time

    def finish(self) -> Iterator[Finding]:
        """Close what is open; the robot was not seen to stop."""
        for pair in list(self._spans):
            yield self._close(pair, ended=self._before, stopped=False, block=0.0)

    def _watched(self, near: Separation) -> bool:
        own = self._parameters
        return (
            near.robot_speed > own.moving_above
            and any_glob(own.robots, near.robot)
            and any_glob(own.persons, near.person)
            and any_glob(own.regions, near.region)
        )

    def _extend(self, seq: int, near: Separation) -> bool:
        """Begin or extend a span; returns whether the distance is short."""
        own = self._parameters
        person_speed = near.person_speed if own.person_speed == "measured" else own.person_speed
        needed = own.distance(person_speed, near.approach_speed)
        shortfall = needed - near.distance
        if shortfall <= 0:
            return False
        pair = (near.robot, near.person)
        allowance = own.reaction_time + own.time_to_stop(near.robot_speed)
        span = self._spans.get(pair)
        if span is None:
            self._spans[pair] = _Span(near.at, [seq, seq, seq], shortfall, near, needed, allowance, near.at)
            return True
        span.events[2] = seq
        span.allowance = max(span.allowance, allowance)
        if shortfall > span.shortfall:
            span.shortfall, span.worst, span.needed, span.events[1] = shortfall, near, needed, seq
        return True

    def _close(self, pair: tuple[str, str], *, ended: float, stopped: bool, block: float) -> Finding:
        span = self._spans.pop(pair)
        in_time = stopped and ended - span.began <= span.allowance + 2 * block
        slight = span.shortfall <= self._parameters.tolerance
        robot, person = pair
        near = span.worst
        return Finding(
            rule="separation.protective_distance",
            category="physical",
            severity=1 if in_time or slight else self._parameters.severity,
            message=LocalText(
                ja=f"{robot} と {person} の距離 {near.distance:.3f} m が必要な {span.needed:.3f} m を下回った",
                en=f"{robot} was {near.distance:.3f} m from {person} where {span.needed:.3f} m were needed",
            ),
            evidence=tuple(sorted(set(span.events))),
            detail={
                "distance": near.distance,
                "needed": round(span.needed, 4),
                "shortfall": round(span.shortfall, 4),
                "region": near.region,
                "at": near.at,
                "robot_speed": near.robot_speed,
                "approach_speed": near.approach_speed,
                "person_speed": near.person_speed,
                "began": span.began,
                "ended": ended,
                "stopped_in_time": in_time,
                "parameters": self._parameters.model_dump(),
            },
        )
