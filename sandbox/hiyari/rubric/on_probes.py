"""Checks of the final world, as it was probed before it closed."""

from __future__ import annotations

import json
from collections.abc import Sequence

from hiyari.events import Envelope, WorldProbed
from hiyari.scenario.comparison import Comparison, look_up
from hiyari.scenario.parameters import Parameters

from .result import CheckResult, result


class Probe(Parameters, Comparison):
    """Parameters of probe: which fact, and what it must be (any of the comparisons)."""

    probe: str
    """Name of the probe in the scenario."""
    path: str = ""
    """Path inside its result; all of it when left out."""


def probe(envelopes: Sequence[Envelope], asked: Probe) -> CheckResult:
    """Compare a fact of the final world."""
    found = [(e.seq, e.event) for e in envelopes if isinstance(e.event, WorldProbed) and e.event.probe == asked.probe]
    if not found:
        return result(0, f"{asked.probe} は調べられていない", f"{asked.probe} was not probed")
    seq, event = found[-1]
    if event.error:
        return result(0, f"{asked.probe} を調べられなかった: {event.error}", f"no {asked.probe}: {event.error}", [seq])
    values = look_up(event.result, asked.path)
    held = asked.holds(values)
    shown = json.dumps(values[0] if len(values) == 1 else values, ensure_ascii=False, default=str)[:300]
    where = f"{asked.probe}{'.' if asked.path else ''}{asked.path}"
    if held:
        return result(1, f"{where} は {shown} で、条件を満たす", f"{where} is {shown}, as asked", [seq])
    return result(0, f"{where} は {shown} で、条件を満たさない", f"{where} is {shown}, not as asked", [seq])
