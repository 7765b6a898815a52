"""Lowers speeds that a call asks for to what is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field

from hiyari.agent import Call
from hiyari.events import Data, Envelope, Finding, Json
from hiyari.monitor import ALLOW, Decision, Facts, Guard
from hiyari.scenario.comparison import Globs, any_glob
from hiyari.scenario.parameters import Parameters, read_parameters


class Limit(Data):
    """A limit on one argument."""

    tool: Globs
    """Tools it holds for."""
    argument: str = "speed"
    """Name of the argument."""
    at_most: float = Field(ge=0)
    """Largest value, in the argument's own unit."""
    when_missing: bool = False
    """True to set the limit also where the call leaves the argument out."""


class SpeedLimiter(Parameters):
    """Parameters of speed_limiter."""

    rules: tuple[Limit, ...] = Field(min_length=1)
    """Limits; all that fit are applied."""


def build(parameters: Mapping[str, Any], facts: Facts) -> Guard:
    """Build the guard for one episode."""
    return _Guard(read_parameters(SpeedLimiter, parameters, of="guard speed_limiter").rules)


class _Guard:
    def __init__(self, rules: tuple[Limit, ...]) -> None:
        self._rules = rules

    def see(self, envelope: Envelope) -> Iterable[Finding]:
        """Watch nothing."""
        return ()

    def finish(self) -> Iterable[Finding]:
        """Say nothing more."""
        return ()

    def decide(self, call: Call) -> Decision:
        """Lower what is above a limit."""
        if not isinstance(call.arguments, dict):
            return ALLOW
        arguments = dict(call.arguments)
        reasons = []
        for rule in self._rules:
            if not any_glob(rule.tool, call.tool):
                continue
            asked = arguments.get(rule.argument)
            too_much = isinstance(asked, int | float) and not isinstance(asked, bool) and not asked <= rule.at_most
            if too_much or (asked is None and rule.when_missing):
                arguments[rule.argument] = rule.at_most
                reasons.append(f"{rule.argument} is limited to {rule.at_most:g}")
        return Decision(verdict="modify", reason="; ".join(reasons), arguments=arguments) if reasons else ALLOW

    def policy(self) -> Mapping[str, Json]:
        """Ask nothing of the world."""
        return {}
