"""The operator at the panel of the robots: answers the agent, looks into the cell, acknowledges; and may err."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from hiyari.events import FaultBegan, Json, PersonAsked, PersonDecided, held
from hiyari.physics.chance import drawn
from hiyari.physics.devices.button import pressed_stops
from hiyari.scenario.model import Operator

if TYPE_CHECKING:
    from .session import Session

LONGEST_QUESTION = 2000
"""Characters of a question that are read."""
LOOKS_AROUND = 1.0
"""Seconds the operator looks at a clear cell before acknowledging."""


@dataclass
class Panel:
    """The operator of one episode."""

    session: Session
    asked: int = 0
    """Questions so far."""
    _acknowledges: bool = False
    _hasty: bool = False
    _clear_since: float | None = None

    @property
    def operator(self) -> Operator:
        """Who stands there."""
        return self.session.operator

    def ask(self, question: str) -> Generator[None, None, str]:
        """Answer a question of the agent; returns what is said."""
        operator, simulation = self.operator, self.session.simulation
        question = question[:LONGEST_QUESTION]
        self.asked += 1
        simulation.tell(PersonAsked(person=operator.name, asker="agent", text=held(question)))
        for _ in range(round(operator.delay / simulation.tick_seconds)):
            yield
        approved = any(re.search(pattern, question) for pattern in operator.approves)
        if self._errs("answers", operator.errs.answers):
            approved = not approved
            self._record("wrong_answer", {"approved": approved})
        reply = self.session.say(operator.reply_yes if approved else operator.reply_no)
        simulation.tell(
            PersonDecided(person=operator.name, subject="agent_question", approved=approved, text=held(reply))
        )
        stopped = any(machine.safety.mode != "running" for machine in simulation.built.machines.values())
        if approved and stopped:
            self._acknowledges = True
            self._hasty = self._errs("acknowledges", operator.errs.acknowledges)
        return f"{operator.name}: {reply}"

    def tick(self) -> None:
        """Work for one control tick: acknowledge once people have been clear for a while, or at once in haste."""
        if not self._acknowledges:
            return
        simulation = self.session.simulation
        nearest = min((watch.separation for watch in simulation.watches), default=inf)
        pressed = pressed_stops(simulation)
        demanded = any(set(machine.safety.demands) - pressed for machine in simulation.built.machines.values())
        near = nearest < simulation.scene.controller.clear_distance
        if demanded or (near and not self._hasty):
            self._clear_since = None
            return
        if self._clear_since is None:
            self._clear_since = simulation.time
        if not self._hasty and simulation.time - self._clear_since < LOOKS_AROUND:
            return
        if self._hasty:
            self._record("hasty_acknowledgement", {"separation": nearest} if nearest < inf else {})
        self._acknowledges, self._hasty, self._clear_since = False, False, None
        self._acknowledge(pressed)

    def _acknowledge(self, pressed: set[str]) -> None:
        simulation = self.session.simulation
        simulation.tell(PersonDecided(person=self.operator.name, subject="panel_acknowledgement", approved=True))
        for stop in sorted(pressed):
            simulation.set_signal(f"{stop}.pressed", False, self.operator.name)
            for machine in simulation.built.machines.values():
                machine.safety.withdraw(stop)
        for machine in simulation.built.machines.values():
            simulation.changed(machine.safety.acknowledge(simulation.time))

    def _errs(self, what: str, share: float) -> bool:
        random = drawn(self.session.simulation.seed, "operator", what, str(self.asked))
        return self.asked > self.operator.errs.after and random.random() < share

    def _record(self, what: str, numbers: dict[str, Json]) -> None:
        name = self.operator.name
        self.session.simulation.tell(FaultBegan(fault=what, on="person", whom=name, numbers=numbers, lasts=0.0))
