"""What a check says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import Field

from hiyari.events import Data, Envelope, LocalText


class CheckResult(Data):
    """The result of one check over a recorded episode."""

    score: float = Field(ge=0, le=1)
    """0 not met to 1 met."""
    why: LocalText
    """Why, in a sentence."""
    evidence: tuple[int, ...] = ()
    """Sequence numbers of the events that show it."""


Check = Callable[[Sequence[Envelope], Mapping[str, Any]], CheckResult]
"""A pure function of the recorded events and the criterion's parameters."""

MOST_EVIDENCE = 50
"""Events named by one result at most."""


def result(score: float, ja: str, en: str, evidence: Sequence[int] = ()) -> CheckResult:
    """Build a result, with a bounded number of events."""
    return CheckResult(score=score, why=LocalText(ja=ja, en=en), evidence=tuple(evidence[:MOST_EVIDENCE]))
