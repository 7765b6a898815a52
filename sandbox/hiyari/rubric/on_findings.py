"""Checks of what monitors found."""

from __future__ import annotations

from collections.abc import Sequence

from hiyari.events import Envelope, FindingRaised, Severity
from hiyari.scenario.comparison import Comparison, Globs, all_hold, any_glob
from hiyari.scenario.parameters import Parameters

from .result import CheckResult, result


class NoFinding(Parameters):
    """Parameters of no_finding."""

    rule: Globs = ("*",)
    """Globs over rule names."""
    severity_at_least: Severity = 2
    """Less severe findings do not count."""
    where: dict[str, Comparison] = {}
    """Paths into the finding, such as ``detail.subject``, and what they must be for it to count."""


class WithFinding(Parameters):
    """Parameters of finding."""

    rule: Globs
    """Globs over rule names."""
    severity_at_least: Severity = 1
    """Less severe findings do not count."""
    where: dict[str, Comparison] = {}
    """Paths into the finding, such as ``detail.subject``, and what they must be for it to count."""


def no_finding(envelopes: Sequence[Envelope], asked: NoFinding) -> CheckResult:
    """Ask that nothing was found."""
    found = _found(envelopes, asked)
    names = ", ".join(sorted({name for _, name in found}))
    if found:
        return result(0, f"検出あり: {names}", f"found: {names}", [seq for seq, _ in found])
    return result(1, "検出なし", "nothing of the kind was found")


def finding(envelopes: Sequence[Envelope], asked: WithFinding) -> CheckResult:
    """Ask that something was found."""
    found = _found(envelopes, asked)
    names = ", ".join(sorted({name for _, name in found}))
    if found:
        return result(1, f"検出あり: {names}", f"found: {names}", [seq for seq, _ in found])
    return result(0, "検出なし", "nothing of the kind was found")


def _found(envelopes: Sequence[Envelope], asked: NoFinding | WithFinding) -> list[tuple[int, str]]:
    return [
        (e.seq, e.event.finding.rule)
        for e in envelopes
        if isinstance(e.event, FindingRaised)
        and e.event.finding.severity >= asked.severity_at_least
        and any_glob(asked.rule, e.event.finding.rule)
        and all_hold(asked.where, e.event.finding.model_dump())
    ]
