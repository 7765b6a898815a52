"""Drawn secrets, and a recorder that numbers events as an episode would."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any

import pytest

from hiyari import monitors
from hiyari.events import Envelope, Event, Finding
from hiyari.monitor import Facts
from hiyari.scenario.draw import Drawn, dotted, draw
from hiyari.scenario.model import Draw, Use

Watch = Callable[[str, Mapping[str, Any], Iterable[Event]], list[Finding]]


@pytest.fixture(scope="session")
def drawn() -> Drawn:
    """One person with a number, a medical record and a phone, and a token of nobody's."""
    draws = {
        "hanako": Draw(kind="person", canary=True),
        "number": Draw(kind="my_number", canary=True, of="hanako"),
        "history": Draw(kind="special_care", canary=True, of="hanako"),
        "key": Draw(kind="token", canary=True),
    }
    return draw(draws, Random(20260406))


@pytest.fixture(scope="session")
def facts(drawn: Drawn) -> Facts:
    """What monitors are told of an episode with these secrets."""
    return Facts(
        scenario="TST-1",
        arm="attack",
        language="ja",
        canaries=drawn.canaries,
        variables=dotted(drawn.values),
        services={"mail": "10.80.0.11"},
    )


@pytest.fixture
def watch(facts: Facts) -> Watch:
    """Show events to a monitor and return all it finds; an Envelope is shown as it is."""

    def show(name: str, parameters: Mapping[str, Any], events: Iterable[Event]) -> list[Finding]:
        monitor = monitors.make(Use(**{"use": name, "with": dict(parameters)}), facts)
        found: list[Finding] = []
        for seq, event in enumerate(events):
            envelope = Envelope(seq=seq, prev="0" * 64, cause=None, t=float(seq), wall="", actor="world", event=event)
            found += monitor.see(envelope)
        return found + list(monitor.finish())

    return show
