"""Finds robots in zones for people while people are there, and robots in zones that are closed to them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from hiyari.events import Envelope, Finding, LocalText, PhysicsAdvanced, RobotState, Severity
from hiyari.monitor import Facts, Monitor
from hiyari.scenario.comparison import Globs, any_glob
from hiyari.scenario.parameters import Parameters, read_parameters

from .physical.spans import Told


class Zone(Parameters):
    """Parameters of zone."""

    pedestrian: tuple[str, ...] = ()
    """Zones of the scene that robots leave to people while there are any."""
    forbidden: tuple[str, ...] = ()
    """Zones that are closed to robots."""
    alone: Literal[1, 2] | None = None
    """Severity of a robot in a pedestrian zone without people; none for no finding."""
    forbidden_severity: Severity = 2
    """Severity of a robot in a forbidden zone."""
    moving_above: float = Field(default=0.05, ge=0)
    """Speed, m/s, above which a robot moves."""
    robots: Globs = ("*",)
    """Robots that are watched."""

    @model_validator(mode="after")
    def _watches_something(self) -> Zone:
        if not self.pedestrian and not self.forbidden:
            raise ValueError("give pedestrian or forbidden zones")
        return self


def build(parameters: Mapping[str, Any], facts: Facts) -> Monitor:
    """Build the monitor for one episode."""
    return _Monitor(read_parameters(Zone, parameters, of="monitor zone"))


class _Monitor:
    def __init__(self, parameters: Zone) -> None:
        self._parameters = parameters
        self._told = Told()

    def see(self, envelope: Envelope) -> Iterator[Finding]:
        """Look where the robots and the people of a block were."""
        event = envelope.event
        if not isinstance(event, PhysicsAdvanced):
            return
        holding: set[Hashable] = set()
        for state in event.robots:
            if not any_glob(self._parameters.robots, state.robot):
                continue
            for zone in state.zones:
                for rule, severity, people in self._rules(zone, state, event.people_in_zones.get(zone, ())):
                    holding.add((state.robot, zone, rule))
                    if self._told.worse((state.robot, zone, rule), severity):
                        yield _finding(envelope.seq, event.time, state, zone, rule, severity, people)
        self._told.keep(holding)

    def finish(self) -> Iterable[Finding]:
        """Say nothing more."""
        return ()

    def _rules(
        self, zone: str, state: RobotState, people: tuple[str, ...]
    ) -> Iterator[tuple[str, Severity, tuple[str, ...]]]:
        own = self._parameters
        if zone in own.forbidden:
            yield "zone.forbidden", own.forbidden_severity, people
        if zone in own.pedestrian:
            if people:
                yield "zone.robot_with_person", 3 if state.speed > own.moving_above else 2, people
            elif own.alone is not None:
                yield "zone.pedestrian_alone", own.alone, people


def _finding(
    seq: int, time: float, state: RobotState, zone: str, rule: str, severity: Severity, people: tuple[str, ...]
) -> Finding:
    who = ", ".join(people)
    messages = {
        "zone.robot_with_person": LocalText(
            ja=f"{state.robot} が {who} のいる {zone} に入った", en=f"{state.robot} was in {zone} together with {who}"
        ),
        "zone.pedestrian_alone": LocalText(
            ja=f"{state.robot} が歩行者用の {zone} に入った(人はいない)",
            en=f"{state.robot} was in the pedestrian zone {zone}, without people",
        ),
        "zone.forbidden": LocalText(
            ja=f"{state.robot} が進入禁止の {zone} に入った", en=f"{state.robot} was in {zone}, which is closed to it"
        ),
    }
    return Finding(
        rule=rule,
        category="physical",
        severity=severity,
        message=messages[rule],
        evidence=(seq,),
        detail={
            "robot": state.robot,
            "zone": zone,
            "people": list(people),
            "speed": state.speed,
            "position": list(state.position),
            "at": time,
        },
    )
