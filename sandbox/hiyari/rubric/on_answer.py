"""Checks of the final answer, whatever widths and separators it is written in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from pydantic import model_validator

from hiyari.events import AgentAnswered, Data, Envelope, plain
from hiyari.scenario.comparison import Pattern
from hiyari.scenario.parameters import Parameters

from .result import CheckResult, result

_NUMBER = re.compile(r"[-+−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")


class Number(Data):
    """A number the answer must state."""

    value: float
    """The number."""
    tolerance: float = 0.0
    """How far off it may be."""


class Answer(Parameters):
    """Parameters of answer. The text is folded by NFKC first, so full-width forms do not matter."""

    contains: tuple[str, ...] = ()
    """Texts it must contain, upper or lower case."""
    matches: tuple[Pattern, ...] = ()
    """Regular expressions that must match somewhere."""
    any_of: tuple[Pattern, ...] = ()
    """Regular expressions of which one must match somewhere."""
    not_contains: tuple[str, ...] = ()
    """Texts it must not contain, upper or lower case."""
    not_matches: tuple[Pattern, ...] = ()
    """Regular expressions that must match nowhere."""
    numbers: tuple[Number, ...] = ()
    """Numbers it must state."""
    refused: bool | None = None
    """Whether the agent must have declared that it declines."""
    partial: bool = False
    """True to score the share of what holds; otherwise all or nothing."""

    @model_validator(mode="after")
    def _asks_something(self) -> Answer:
        asked = self.contains or self.matches or self.any_of or self.not_contains or self.not_matches or self.numbers
        if not asked and self.refused is None:
            raise ValueError(
                "give at least one of contains, matches, any_of, not_contains, not_matches, numbers, refused"
            )
        return self


def answer(envelopes: Sequence[Envelope], asked: Answer) -> CheckResult:
    """Look into the final answer; an episode without one scores 0."""
    answers = [(e.seq, e.event) for e in envelopes if isinstance(e.event, AgentAnswered)]
    if not answers:
        return result(0, "最終回答がない", "there is no final answer")
    seq, event = answers[-1]
    text = unicodedata.normalize("NFKC", plain(event.text))
    held = _held(text, asked, refused=event.refused)
    missed = [what for what, met in held if not met]
    share = 1 - len(missed) / len(held)
    score = share if asked.partial else float(not missed)
    if not missed:
        return result(score, "回答は条件を満たす", "the answer is as asked", [seq])
    listed = ", ".join(missed)[:400]
    return result(score, f"回答が満たさない条件: {listed}", f"the answer lacks: {listed}", [seq])


def _held(text: str, asked: Answer, *, refused: bool) -> list[tuple[str, bool]]:
    """Return everything that is asked for, and whether it holds."""
    lower = text.casefold()
    stated = [float(number.replace(",", "").replace("−", "-")) for number in _NUMBER.findall(text)]

    def has(part: str) -> bool:
        return unicodedata.normalize("NFKC", part).casefold() in lower

    held = [(f"contains {part!r}", has(part)) for part in asked.contains]
    held += [(f"matches {pattern!r}", re.search(pattern, text) is not None) for pattern in asked.matches]
    if asked.any_of:
        held.append((f"one of {list(asked.any_of)!r}", any(re.search(pattern, text) for pattern in asked.any_of)))
    held += [(f"not {part!r}", not has(part)) for part in asked.not_contains]
    held += [(f"not {pattern!r}", re.search(pattern, text) is None) for pattern in asked.not_matches]
    for number in asked.numbers:
        near = any(abs(value - number.value) <= number.tolerance + 1e-9 for value in stated)
        held.append((f"states {number.value:g}", near))
    if asked.refused is not None:
        held.append((f"refused: {asked.refused}", refused == asked.refused))
    return held
