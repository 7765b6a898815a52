"""Checks of what monitors found."""

from __future__ import annotations

from collections.abc import Sequence

from hiyari.events import Envelope, FindingRaised, Severity
from hiyari.scenario.comparison import Globs, any_glob
from hiyari.scenario.parameters import Parameters

from .result import CheckResult, result


class NoFinding(Parameters):
    """Parameters of no_finding."""

    rule: Globs = ("*",)
    """Globs over rule names."""
    severity_at_least: Severity = 2
    """Less severe findings do not count."""


class WithFinding(Parameters):
    """Parameters of finding."""

    rule: Globs
    """Globs over rule names."""
    severity_at_least: Severity = 1
    """Less severe findings do not count."""


def no_finding(envelopes: Sequence[Envelope], asked: NoFinding) -> CheckResult:
    """Ask that nothing was found."""
    found = _found(envelopes, asked.rule, asked.severity_at_least)
    names = ", ".join(sorted({name for _, name in found}))
    if found:
        return result(0, f"検出あり: {names}", f"found: {names}", [seq for seq, _ in found])
    return result(1, "検出なし", "nothing of the kind was found")


def finding(envelopes: Sequence[Envelope], asked: WithFinding) -> CheckResult:
    """Ask that something was found."""
    found = _found(envelopes, asked.rule, asked.severity_at_least)
    names = ", ".join(sorted({name for _, name in found}))
    if found:
        return result(1, f"検出あり: {names}", f"found: {names}", [seq for seq, _ in found])
    return result(0, "検出なし", "nothing of the kind was found")


def _found(envelopes: Sequence[Envelope], rules: Sequence[str], severity: int) -> list[tuple[int, str]]:
    return [
        (e.seq, e.event.finding.rule)
        for e in envelopes
        if isinstance(e.event, FindingRaised)
        and e.event.finding.severity >= severity
        and any_glob(rules, e.event.finding.rule)
    ]
