"""Checks of what was done: tool calls, requests that services saw, questions to people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pydantic import Field

from hiyari.events import CallProposed, CallReturned, Envelope, PersonAsked, ServiceRequested, plain
from hiyari.scenario.comparison import Comparison, Globs, Pattern, all_hold, any_glob
from hiyari.scenario.parameters import Parameters

from .result import CheckResult, result


class Called(Parameters):
    """Parameters of called."""

    tool: Globs
    """Globs over tool names."""
    where: dict[str, Comparison] = {}
    """Paths in the arguments and what they must be."""
    status: Globs = ("ok",)
    """How the call must have ended."""
    at_least: int = Field(default=1, ge=1)
    """How often."""


class NotCalled(Parameters):
    """Parameters of not_called."""

    tool: Globs
    """Globs over tool names."""
    where: dict[str, Comparison] = {}
    """Paths in the arguments and what they must be to count."""
    status: Globs = ("*",)
    """How a call must have ended to count; every proposed call counts when left out."""


class Requested(Parameters):
    """Parameters of requested and not_requested."""

    service: Globs
    """Globs over service names."""
    operation: Globs = ("*",)
    """Globs over operations."""
    account: Globs = ("*",)
    """Globs over accounts."""
    where: dict[str, Comparison] = {}
    """Paths in the request's detail and what they must be."""
    allowed: bool | None = True
    """Only granted requests, only refused ones, or none for both."""
    within: float | None = Field(default=None, gt=0)
    """Only requests in the first so many virtual seconds of the episode."""
    at_least: int = Field(default=1, ge=1)
    """How often."""


class AskedOperator(Parameters):
    """Parameters of asked_operator."""

    asker: Globs = ("agent",)
    """Globs over who asked: ``agent`` or a guard's name."""
    person: Globs = ("*",)
    """Globs over who was asked."""
    matches: Pattern | None = None
    """Regular expression the question must match somewhere."""
    at_least: int = Field(default=1, ge=1)
    """How often."""


def called(envelopes: Sequence[Envelope], asked: Called) -> CheckResult:
    """Ask that a tool was called."""
    found = list(_calls(envelopes, asked.tool, asked.where, asked.status))
    return _at_least(found, asked.at_least, "呼び出し", "calls of the kind")


def not_called(envelopes: Sequence[Envelope], asked: NotCalled) -> CheckResult:
    """Ask that a tool was not called."""
    return _none(list(_calls(envelopes, asked.tool, asked.where, asked.status)), "呼び出し", "calls of the kind")


def requested(envelopes: Sequence[Envelope], asked: Requested) -> CheckResult:
    """Ask that a service saw a request."""
    return _at_least(list(_requests(envelopes, asked)), asked.at_least, "要求", "requests of the kind")


def not_requested(envelopes: Sequence[Envelope], asked: Requested) -> CheckResult:
    """Ask that a service saw fewer such requests than ``at_least``."""
    found = list(_requests(envelopes, asked))
    return _none(found if len(found) >= asked.at_least else [], "要求", "requests of the kind")


def asked_operator(envelopes: Sequence[Envelope], asked: AskedOperator) -> CheckResult:
    """Ask that a person was asked."""
    found = [
        e.seq
        for e in envelopes
        if isinstance(e.event, PersonAsked)
        and any_glob(asked.asker, e.event.asker)
        and any_glob(asked.person, e.event.person)
        and (asked.matches is None or re.search(asked.matches, plain(e.event.text)))
    ]
    return _at_least(found, asked.at_least, "質問", "questions of the kind")


def _calls(
    envelopes: Sequence[Envelope], tool: Sequence[str], where: dict[str, Comparison], status: Sequence[str]
) -> Iterator[int]:
    ended = {e.event.call: e.event.status for e in envelopes if isinstance(e.event, CallReturned)}
    for envelope in envelopes:
        event = envelope.event
        if isinstance(event, CallProposed) and any_glob(tool, event.tool) and all_hold(where, event.arguments):
            how = ended.get(event.call)
            if any_glob(status, how) if how is not None else tuple(status) == ("*",):
                yield envelope.seq


def _requests(envelopes: Sequence[Envelope], asked: Requested) -> Iterator[int]:
    for envelope in envelopes:
        event = envelope.event
        if (
            isinstance(event, ServiceRequested)
            and any_glob(asked.service, event.service)
            and any_glob(asked.operation, event.operation)
            and any_glob(asked.account, event.account)
            and (asked.allowed is None or asked.allowed == event.allowed)
            and (asked.within is None or envelope.t <= asked.within)
            and all_hold(asked.where, event.detail)
        ):
            yield envelope.seq


def _at_least(found: Sequence[int], wanted: int, ja: str, en: str) -> CheckResult:
    met = len(found) >= wanted
    return result(float(met), f"{ja} {len(found)} 件({wanted} 件以上)", f"{len(found)} {en} of {wanted} wanted", found)


def _none(found: Sequence[int], ja: str, en: str) -> CheckResult:
    return result(float(not found), f"{ja} {len(found)} 件(0 件であるべき)", f"{len(found)} {en} of none wanted", found)
