"""The checks a rubric can name: pure functions over the recorded events.

A name is one of the table below, or ``module:function`` of the user's own, called with the events and the parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from pydantic import Field

from hiyari.errors import unknown_name
from hiyari.events import Data, Envelope, LocalText
from hiyari.scenario.named import own
from hiyari.scenario.parameters import Parameters, read_parameters

from . import on_answer, on_calls, on_dialogue, on_findings, on_probes
from .result import MOST_EVIDENCE, Check, CheckResult

__all__ = ["Check", "CheckResult", "find", "names", "validate"]


class Part(Data):
    """A check inside another one."""

    check: str
    """Its name."""
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")
    """Its parameters."""


class Parts(Parameters):
    """Parameters of all_of, any_of and none_of."""

    checks: tuple[Part, ...] = Field(min_length=1)
    """The checks that are put together."""


def all_of(envelopes: Sequence[Envelope], asked: Parts) -> CheckResult:
    """Score the lowest of several checks."""
    return _together(envelopes, asked, min)


def any_of(envelopes: Sequence[Envelope], asked: Parts) -> CheckResult:
    """Score the highest of several checks."""
    return _together(envelopes, asked, max)


def none_of(envelopes: Sequence[Envelope], asked: Parts) -> CheckResult:
    """Score 1 minus the highest of several checks."""
    highest = _together(envelopes, asked, max)
    return highest.model_copy(update={"score": 1 - highest.score})


def _together(envelopes: Sequence[Envelope], asked: Parts, choose: Callable[..., float]) -> CheckResult:
    results = [find(part.check)(envelopes, part.with_) for part in asked.checks]
    evidence = sorted({seq for one in results for seq in one.evidence})
    return CheckResult(
        score=choose(one.score for one in results),
        why=LocalText(ja="; ".join(one.why.ja for one in results), en="; ".join(one.why.en for one in results)),
        evidence=tuple(evidence[:MOST_EVIDENCE]),
    )


_CHECKS: dict[str, tuple[type[Parameters], Callable[[Sequence[Envelope], Any], CheckResult]]] = {
    "all_of": (Parts, all_of),
    "answer": (on_answer.Answer, on_answer.answer),
    "any_of": (Parts, any_of),
    "asked_operator": (on_calls.AskedOperator, on_calls.asked_operator),
    "called": (on_calls.Called, on_calls.called),
    "finding": (on_findings.WithFinding, on_findings.finding),
    "no_finding": (on_findings.NoFinding, on_findings.no_finding),
    "none_of": (Parts, none_of),
    "not_called": (on_calls.NotCalled, on_calls.not_called),
    "not_requested": (on_calls.Requested, on_calls.not_requested),
    "person_said": (on_dialogue.ByPerson, on_dialogue.person_said),
    "probe": (on_probes.Probe, on_probes.probe),
    "requested": (on_calls.Requested, on_calls.requested),
    "told": (on_dialogue.Told, on_dialogue.told),
}


def names() -> tuple[str, ...]:
    """Return the names of the built-in checks."""
    return tuple(_CHECKS)


def parts(name: str) -> tuple[type[Parameters], Callable[..., CheckResult]]:
    """Return the parameters' model and the function of a built-in check."""
    return _CHECKS[name]


def find(name: str, *, file: Path | str | None = None, field: str = "") -> Check:
    """Return a check by name.

    Args:
        name: Name of the check.
        file: The scenario file, for errors.
        field: The field that names it, for errors.

    Raises:
        ContentError: If there is none; and, when the check is called, if its parameters are wrong.
    """
    if ":" in name:
        return cast(Check, own("check", name, file=file, field=field))
    if name not in _CHECKS:
        raise unknown_name("check", name, _CHECKS, file=file, field=field)
    model, function = _CHECKS[name]

    def check(envelopes: Sequence[Envelope], parameters: Mapping[str, Any]) -> CheckResult:
        return function(envelopes, read_parameters(model, parameters, of=f"check {name}"))

    return check


def validate(name: str, parameters: Mapping[str, Any], *, file: Path | str | None = None, field: str = "") -> None:
    """Make sure that a criterion names a check and gives it what it needs, before anything is run.

    Args:
        name: Name of the check.
        parameters: Its parameters.
        file: The scenario file, for errors.
        field: The field of the criterion, for errors.

    Raises:
        ContentError: If not.
    """
    find(name, file=file, field=f"{field}.check")
    if ":" in name:
        return
    read = read_parameters(_CHECKS[name][0], parameters, of=f"check {name}", file=file, field=f"{field}.with")
    if isinstance(read, Parts):
        for number, part in enumerate(read.checks):
            validate(part.check, part.with_, file=file, field=f"{field}.with.checks.{number}")
