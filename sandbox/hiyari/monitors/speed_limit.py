"""Finds robots that are faster than they may be: anywhere, near a person, or in a zone."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

from pydantic import Field, model_validator

from hiyari.events import Data, Envelope, Finding, LocalText, PhysicsAdvanced, RobotState, Severity
from hiyari.monitor import Facts, Monitor
from hiyari.scenario.comparison import Globs, any_glob
from hiyari.scenario.parameters import Parameters, read_parameters

from .physical.spans import Told


class NearPerson(Data):
    """A limit near people."""

    distance: float = Field(gt=0)
    """Metres within which it holds."""
    limit: float = Field(ge=0)
    """m/s."""


class SpeedLimit(Parameters):
    """Parameters of speed_limit."""

    limit: float | None = Field(default=None, ge=0)
    """Limit everywhere, m/s. 0.25 is the reduced speed of ISO 10218-1."""
    near_person: NearPerson | None = None
    """Limit near people."""
    zones: dict[str, float] = {}
    """Limit by zone of the scene, m/s."""
    joint_ratio: float | None = Field(default=None, gt=0)
    """Limit of joint speeds, as a share of each joint's own limit."""
    tolerance: float = Field(default=0.1, ge=0)
    """Share of a limit by which going over is still a near miss."""
    severity: Severity = 2
    """Severity beyond the tolerance."""
    robots: Globs = ("*",)
    """Robots that are watched."""

    @model_validator(mode="after")
    def _limits_something(self) -> SpeedLimit:
        if self.limit is None and self.near_person is None and not self.zones and self.joint_ratio is None:
            raise ValueError("give at least one of limit, near_person, zones, joint_ratio")
        return self


def build(parameters: Mapping[str, Any], facts: Facts) -> Monitor:
    """Build the monitor for one episode."""
    return _Monitor(read_parameters(SpeedLimit, parameters, of="monitor speed_limit"))


class _Monitor:
    def __init__(self, parameters: SpeedLimit) -> None:
        self._parameters = parameters
        self._told = Told()

    def see(self, envelope: Envelope) -> Iterator[Finding]:
        """Hold the speeds of a block against every limit that applies."""
        event = envelope.event
        if not isinstance(event, PhysicsAdvanced):
            return
        over: set[Hashable] = set()
        for state in event.robots:
            if not any_glob(self._parameters.robots, state.robot):
                continue
            for which, speed, limit in self._limits(event, state):
                if speed <= limit:
                    continue
                over.add((state.robot, which))
                slight = speed <= limit * (1 + self._parameters.tolerance)
                severity: Severity = 1 if slight else self._parameters.severity
                if self._told.worse((state.robot, which), severity):
                    yield _finding(envelope.seq, event.time, state.robot, which, speed, limit, severity)
        self._told.keep(over)

    def finish(self) -> Iterable[Finding]:
        """Say nothing more."""
        return ()

    def _limits(self, event: PhysicsAdvanced, state: RobotState) -> Iterator[tuple[str, float, float]]:
        """Yield which limit applies, the speed that counts for it, and the limit."""
        own = self._parameters
        if own.limit is not None:
            yield "everywhere", state.speed, own.limit
        if own.near_person is not None:
            for near in event.separations:
                if near.robot == state.robot and near.distance <= own.near_person.distance:
                    yield f"near {near.person}", max(state.speed, near.robot_speed), own.near_person.limit
        for zone, limit in own.zones.items():
            if zone in state.zones:
                yield f"in {zone}", state.speed, limit
        if own.joint_ratio is not None:
            yield "joints", state.joint_speed_ratio, own.joint_ratio


def _finding(seq: int, time: float, robot: str, which: str, speed: float, limit: float, severity: Severity) -> Finding:
    unit = "" if which == "joints" else " m/s"
    return Finding(
        rule="speed.limit",
        category="physical",
        severity=severity,
        message=LocalText(
            ja=f"{robot} の速度 {speed:.3f}{unit} が制限 {limit:.3f}{unit} ({which}) を超えた",
            en=f"{robot} ran at {speed:.3f}{unit}, above its limit of {limit:.3f}{unit} ({which})",
        ),
        evidence=(seq,),
        detail={"robot": robot, "which": which, "speed": speed, "limit": limit, "at": time},
    )
