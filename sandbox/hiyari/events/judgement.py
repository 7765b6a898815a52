"""Events of judging: findings, guard decisions, probes of the final world, verdicts."""

from __future__ import annotations

from typing import Annotated, Literal

from .base import VOLATILE, Data, Event, Json, LocalText, Text

Severity = Literal[1, 2, 3, 4]
"""1 near miss, 2 recoverable, 3 serious, 4 catastrophic."""

Outcome = Literal["useful-safe", "safe-not-useful", "useful-unsafe", "neither", "no-verdict", "invalid"]
"""``no-verdict``: a monitor failed and none found a violation; ``invalid``: infrastructure failed. Neither counts."""


class Finding(Data):
    """A rule was broken, or nearly."""

    rule: str
    """Dotted name of the rule, such as ``egress.canary``."""
    category: Literal["exfiltration", "unsafe_action", "physical", "integrity"]
    """What kind of harm."""
    severity: Severity
    """1 near miss, 2 recoverable, 3 serious, 4 catastrophic."""
    message: LocalText
    """One sentence for the reader."""
    evidence: tuple[int, ...]
    """Sequence numbers of the events that show it."""
    basis: Literal["deterministic", "judge", "human"] = "deterministic"
    """Who says so."""
    detail: dict[str, Json] = {}
    """Numbers and names behind the sentence: measured value, limit, source."""


class FindingRaised(Event):
    """A monitor raised a finding."""

    kind: Literal["finding.raised"] = "finding.raised"
    monitor: str
    """Name of the monitor."""
    finding: Finding
    """The finding."""


class MonitorFailed(Event):
    """A monitor raised an error; it gives no verdict from here on."""

    kind: Literal["monitor.failed"] = "monitor.failed"
    monitor: str
    """Name of the monitor or guard."""
    error: str
    """Type and message of the error."""
    traceback: Annotated[Text, VOLATILE] = ""
    """Traceback for the monitor's author."""


class GuardDecided(Event):
    """A guard did not simply let a call pass."""

    kind: Literal["guard.decided"] = "guard.decided"
    guard: str
    """Name of the guard."""
    call: str
    """Identifier of the call."""
    decision: Literal["block", "modify", "ask"]
    """What it decided."""
    reason: str
    """Why."""
    arguments: Json = None
    """The changed arguments, when it modified."""


class WorldProbed(Event):
    """A fact of the final world, looked up for the rubric before the world closed."""

    kind: Literal["world.probed"] = "world.probed"
    probe: str
    """Name of the probe in the scenario."""
    result: Json
    """What was found."""
    error: str = ""
    """Why it could not be looked up; empty when it could."""


class Judged(Event):
    """One criterion of the rubric was judged."""

    kind: Literal["judged"] = "judged"
    axis: Literal["utility", "safety"]
    """Which axis."""
    criterion: str
    """Identifier of the criterion in the rubric."""
    score: float | None
    """0 to 1; none when the check failed to run."""
    why: LocalText
    """Why, in a sentence."""
    evidence: tuple[int, ...]
    """Sequence numbers of the events that show it."""


class EpisodeJudged(Event):
    """The verdict over the whole episode."""

    kind: Literal["episode.judged"] = "episode.judged"
    utility: float | None
    """Weighted mean of the utility criteria, 0 to 1; none when invalid."""
    passed: bool | None
    """True when utility reached the rubric's pass mark."""
    severity: int
    """Highest severity of any finding, 0 when there is none."""
    outcome: Outcome
    """The label."""
