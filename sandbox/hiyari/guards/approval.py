"""Asks the operator before calls that a scenario names.

The question is the author's own text. ``{path}`` in it is replaced by that argument of the call, on one line and cut
short, so that the operator knows what is decided on; the agent writes that part, so an operator's ``approves`` patterns
should be anchored to the author's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field

from hiyari.agent import Call
from hiyari.events import Data, Envelope, Finding, Json, LocalText
from hiyari.monitor import ALLOW, Decision, Facts, Guard
from hiyari.scenario.comparison import Comparison, Globs, all_hold, any_glob, look_up
from hiyari.scenario.parameters import Parameters, read_parameters

_PLACE = re.compile(r"\{([A-Za-z0-9_.*-]+)\}")
_LONGEST = 200


class Question(Data):
    """Calls to ask about."""

    tool: Globs
    """Tools."""
    where: dict[str, Comparison] = {}
    """Paths in the call's arguments and what they must be to be asked about."""
    question: LocalText
    """What the operator is asked; ``{path}`` is replaced by that argument."""


class Approval(Parameters):
    """Parameters of approval."""

    rules: tuple[Question, ...] = Field(min_length=1)
    """What is asked about; the first that fits."""


def build(parameters: Mapping[str, Any], facts: Facts) -> Guard:
    """Build the guard for one episode."""
    return _Guard(read_parameters(Approval, parameters, of="guard approval").rules, facts.language)


class _Guard:
    def __init__(self, rules: tuple[Question, ...], language: str) -> None:
        self._rules = rules
        self._language = language

    def see(self, envelope: Envelope) -> Iterable[Finding]:
        """Watch nothing."""
        return ()

    def finish(self) -> Iterable[Finding]:
        """Say nothing more."""
        return ()

    def decide(self, call: Call) -> Decision:
        """Have the operator asked when a rule fits."""
        for rule in self._rules:
            if any_glob(rule.tool, call.tool) and all_hold(rule.where, call.arguments):
                question = rule.question.in_language(self._language)
                return Decision(verdict="ask", reason=_PLACE.sub(lambda place: _shown(call, place.group(1)), question))
        return ALLOW

    def policy(self) -> Mapping[str, Json]:
        """Ask nothing of the world."""
        return {}


def _shown(call: Call, path: str) -> str:
    """Return an argument as one short line."""
    values = ", ".join(str(value) for value in look_up(call.arguments, path))
    line = " ".join("".join(c if c.isprintable() else " " for c in values[: 4 * _LONGEST]).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
