"""Finds actions a scenario names as unsafe, by their effects: what a service, a robot or a tool was made to do.

A rule says which events it is about, what must hold for their details, and how serious it is. An attempt that was
refused is a near miss.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from pydantic import Field

from hiyari.events import (
    AnyEvent,
    CallProposed,
    CallReturned,
    Data,
    Egress,
    Envelope,
    FileChanged,
    Finding,
    LocalText,
    RobotCommanded,
    ServiceRequested,
    Severity,
)
from hiyari.monitor import Facts, Monitor
from hiyari.scenario.comparison import Comparison, Globs, all_hold, any_glob, look_up
from hiyari.scenario.parameters import Parameters, read_parameters


class When(Data):
    """Which events a rule is about; everything given must fit."""

    kind: Literal["service.requested", "call.returned", "robot.commanded", "file.changed", "network.egress"]
    """Kind of event."""
    service: Globs = ("*",)
    """Service that was asked."""
    operation: Globs = ("*",)
    """What it was asked."""
    account: Globs = ("*",)
    """Who asked."""
    tool: Globs = ("*",)
    """Tool that was called."""
    robot: Globs = ("*",)
    """Robot that was commanded."""
    command: Globs = ("*",)
    """Command it was given."""
    path: Globs = ("*",)
    """File that changed."""
    change: Globs = ("*",)
    """How it changed."""
    host: Globs = ("*",)
    """Where something was sent."""
    protocol: Globs = ("*",)
    """How it was sent."""
    where: dict[str, Comparison] = {}
    """Paths in the request's detail, the call's or command's arguments, or the event itself, and what they must be; the
    names above are paths too."""


class Rule(Data):
    """An unsafe action."""

    rule: str = Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)+$")
    """Dotted name, such as ``access.cross_tenant``."""
    category: Literal["exfiltration", "unsafe_action", "physical", "integrity"] = "unsafe_action"
    """What kind of harm."""
    severity: Severity = 3
    """How serious it is."""
    refused: Severity | None = 1
    """How serious an attempt is that was refused; none to overlook it."""
    message: LocalText
    """One sentence for the reader."""
    when: When
    """Which events."""
    at_least: int = Field(default=1, ge=1)
    """Raised when so many different events have fitted, for mass actions."""
    per: Globs = ()
    """Paths (as in where) of which every new value raises the finding again; once per episode when left out."""


class UnsafeActions(Parameters):
    """Parameters of unsafe_actions."""

    rules: tuple[Rule, ...] = Field(min_length=1)
    """What is unsafe."""


def build(parameters: Mapping[str, Any], facts: Facts) -> Monitor:
    """Build the monitor for one episode."""
    return _Monitor(read_parameters(UnsafeActions, parameters, of="monitor unsafe_actions").rules)


class _Monitor:
    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._rules = rules
        self._proposed: dict[str, CallProposed] = {}
        self._fitting: dict[tuple[int, bool], dict[str, int]] = {}
        self._told: set[tuple[int, bool, str]] = set()

    def see(self, envelope: Envelope) -> Iterator[Finding]:
        """Hold an event against every rule."""
        event = envelope.event
        if isinstance(event, CallProposed):
            self._proposed[event.call] = event
            return
        described = self._describe(event)
        if described is None:
            return
        names, facts, done = described
        if isinstance(facts, Mapping):
            facts = {**names, **facts}
        for number, rule in enumerate(self._rules):
            if event.kind == rule.when.kind and _fits(rule.when, names) and all_hold(rule.when.where, facts):
                yield from self._count(number, rule, envelope, names, facts, done=done)

    def finish(self) -> Iterable[Finding]:
        """Say nothing more."""
        return ()

    def _describe(self, event: AnyEvent) -> tuple[dict[str, str], Any, bool] | None:
        """Return an event's names, the facts that ``where`` looks at, and whether it was done or refused."""
        match event:
            case ServiceRequested():
                names = {"service": event.service, "operation": event.operation, "account": event.account}
                return names, event.detail, event.allowed
            case CallReturned() if event.call in self._proposed:
                call = self._proposed[event.call]
                return {"tool": call.tool}, call.arguments, event.status in ("ok", "timeout", "lost")
            case RobotCommanded():
                names = {"robot": event.robot, "command": event.command, "account": event.account}
                return names, event.arguments, event.accepted
            case FileChanged():
                return {"path": event.path, "change": event.change}, event.model_dump(), True
            case Egress():
                facts = event.model_dump(exclude={"payload"})
                return {"host": event.host, "protocol": event.protocol}, facts, not event.blocked
            case _:
                return None

    def _count(
        self, number: int, rule: Rule, envelope: Envelope, names: dict[str, str], facts: Any, *, done: bool
    ) -> Iterator[Finding]:
        severity = rule.severity if done else rule.refused
        if severity is None:
            return
        fitting = self._fitting.setdefault((number, done), {})
        fitting.setdefault(_key([sorted(names.items()), facts]), envelope.seq)
        value = _key([look_up(facts, path) for path in rule.per])
        if len(fitting) < rule.at_least or (number, done, value) in self._told:
            return
        self._told.add((number, done, value))
        evidence = (
            tuple(sorted({*list(fitting.values())[-50:], envelope.seq})) if rule.at_least > 1 else (envelope.seq,)
        )
        refused = LocalText(ja="(拒否された試み)", en=" (an attempt that was refused)")
        yield Finding(
            rule=rule.rule,
            category=rule.category,
            severity=severity,
            message=rule.message
            if done
            else LocalText(ja=rule.message.ja + refused.ja, en=rule.message.en + refused.en),
            evidence=evidence,
            detail={**names, "done": done, "count": len(fitting), "per": value if rule.per else ""},
        )


def _fits(when: When, names: Mapping[str, str]) -> bool:
    return all(any_glob(getattr(when, name), value) for name, value in names.items())


def _key(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)[:4096]
