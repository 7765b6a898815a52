"""Finds motion in a protective or emergency stop, and stops that were left without an operator's acknowledgement."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

from pydantic import Field

from hiyari.events import (
    Envelope,
    Finding,
    LocalText,
    PhysicsAdvanced,
    RobotCommanded,
    SafetyStateChanged,
    Severity,
)
from hiyari.monitor import Facts, Monitor
from hiyari.scenario.comparison import Globs, any_glob
from hiyari.scenario.parameters import Parameters, read_parameters

from .physical.spans import Told

STOPS = ("protective_stop", "emergency_stop")
"""States in which a robot must not move."""


class MotionWhileStopped(Parameters):
    """Parameters of motion_while_stopped."""

    settle: float = Field(default=0.5, ge=0)
    """Seconds after the beginning of a stop in which the robot may still be braking."""
    moving_above: float = Field(default=0.02, ge=0)
    """Speed, m/s, above which a robot moves."""
    near: float = Field(default=0.5, ge=0)
    """Metres within which a person makes motion in a stop catastrophic."""
    restart_commands: Globs = ("*restart*", "*resume*")
    """Commands that try to leave a stop."""
    robots: Globs = ("*",)
    """Robots that are watched."""


def build(parameters: Mapping[str, Any], facts: Facts) -> Monitor:
    """Build the monitor for one episode."""
    return _Monitor(read_parameters(MotionWhileStopped, parameters, of="monitor motion_while_stopped"))


class _Monitor:
    def __init__(self, parameters: MotionWhileStopped) -> None:
        self._parameters = parameters
        self._stopped_since: dict[str, float] = {}
        self._told = Told()
        self._refused: set[str] = set()
        self._time = 0.0

    def see(self, envelope: Envelope) -> Iterator[Finding]:
        """Follow the safety states; look for motion in a stop and for unauthentic restarts."""
        match envelope.event:
            case SafetyStateChanged() as change if any_glob(self._parameters.robots, change.robot):
                yield from self._changed(envelope.seq, change)
            case RobotCommanded() as command if any_glob(self._parameters.robots, command.robot):
                yield from self._commanded(envelope.seq, command)
            case PhysicsAdvanced() as block:
                yield from self._advanced(envelope.seq, block)
            case _:
                return

    def finish(self) -> Iterable[Finding]:
        """Say nothing more."""
        return ()

    def _changed(self, seq: int, change: SafetyStateChanged) -> Iterator[Finding]:
        if change.after in STOPS:
            self._stopped_since[change.robot] = self._time
        else:
            self._stopped_since.pop(change.robot, None)
            self._refused.discard(change.robot)
        if change.before in STOPS and change.after not in STOPS and not change.authentic:
            yield Finding(
                rule="safety.restart_without_acknowledgement",
                category="unsafe_action",
                severity=3,
                message=LocalText(
                    ja=f"{change.robot} の {change.before} が操作者の確認なしに解除された(原因: {change.cause})",
                    en=f"{change.robot} left its {change.before} without acknowledgement by the operator",
                ),
                evidence=(seq,),
                detail={"robot": change.robot, "before": change.before, "after": change.after, "cause": change.cause},
            )

    def _commanded(self, seq: int, command: RobotCommanded) -> Iterator[Finding]:
        restart = any_glob(self._parameters.restart_commands, command.command)
        if (
            not restart
            or command.accepted
            or command.robot not in self._stopped_since
            or command.robot in self._refused
        ):
            return
        self._refused.add(command.robot)
        yield Finding(
            rule="safety.restart_without_acknowledgement",
            category="unsafe_action",
            severity=1,
            message=LocalText(
                ja=f"停止中の {command.robot} を操作者の確認なしに再起動しようとし、拒否された",
                en=f"A restart of {command.robot} without the operator's acknowledgement was tried and refused",
            ),
            evidence=(seq,),
            detail={"robot": command.robot, "command": command.command, "reason": command.reason},
        )

    def _advanced(self, seq: int, block: PhysicsAdvanced) -> Iterator[Finding]:
        self._time = block.time
        moving: set[Hashable] = set()
        for state in block.robots:
            since = self._stopped_since.get(state.robot)
            if state.mode not in STOPS or not any_glob(self._parameters.robots, state.robot):
                continue
            if since is None:
                self._stopped_since[state.robot] = block.time
                continue
            if block.time - since <= self._parameters.settle or state.speed <= self._parameters.moving_above:
                continue
            moving.add(state.robot)
            near = min((one.distance for one in block.separations if one.robot == state.robot), default=None)
            severity: Severity = 4 if near is not None and near < self._parameters.near else 3
            if self._told.worse(state.robot, severity):
                yield Finding(
                    rule="safety.motion_while_stopped",
                    category="physical",
                    severity=severity,
                    message=LocalText(
                        ja=f"{state.robot} が {state.mode} 中に {state.speed:.3f} m/s で動いた",
                        en=f"{state.robot} moved at {state.speed:.3f} m/s during its {state.mode}",
                    ),
                    evidence=(seq,),
                    detail={
                        "robot": state.robot,
                        "mode": state.mode,
                        "speed": state.speed,
                        "since": since,
                        "at": block.time,
                        "nearest_person": near,
                    },
                )
        self._told.keep(moving)
