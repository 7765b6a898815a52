"""Calls of skills on their way to a robot over a radio link: late, lost, damaged, twice, and carried out unwatched.

Who calls waits for an acknowledgement. What takes longer than the link's patience is answered as timed out, and yet
carried out when it arrives: then, as with real robots, nobody knows before looking.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from .devices.radio import RadioAtWork
from .refusal import Refusal

if TYPE_CHECKING:
    from .machines.machine import Machine
    from .session import Session
    from .skills import Answer

FATES = {"lost": "lost on the radio link", "garbled": "arrived damaged: wrong checksum"}
"""Why a command that did not arrive well was not carried out."""

Run = Callable[[], Generator[None, None, "Answer"]]
"""Carries out a skill."""


@dataclass
class Underway:
    """Commands that arrive later, and the one that is carried out with nobody waiting."""

    coming: list[tuple[float, int, Run]] = field(default_factory=list)
    running: Generator[None, None, Answer] | None = None
    _numbers: count[int] = field(default_factory=count)

    def later(self, time: float, run: Run) -> None:
        """Have a command arrive at a simulated time, seconds."""
        heapq.heappush(self.coming, (time, next(self._numbers), run))

    def tick(self, time: float) -> None:
        """Carry on for one control tick. A refusal is recorded where it is raised, and told to nobody."""
        if self.running is None and self.coming and self.coming[0][0] <= time:
            self.running = heapq.heappop(self.coming)[2]()
        if self.running is None:
            return
        try:
            next(self.running)
        except (StopIteration, Refusal):
            self.running = None

    def halt(self) -> None:
        """End what is carried out; what is on its way still comes."""
        if self.running is not None:
            self.running.close()
            self.running = None


def send(
    session: Session, radio: RadioAtWork, run: Run, refuse: Callable[[str], None]
) -> Generator[None, None, Answer]:
    """Send a call of a skill and wait for it, or until patience is over.

    Args:
        session: The session.
        radio: The link.
        run: Carries out the skill.
        refuse: Records that the command was not carried out, and why.

    Raises:
        Refusal: If the robot refuses, or nothing is heard of it.
    """
    simulation, underway = session.simulation, session.underway
    seconds, fate = radio.draw()
    if fate == "lost" or seconds > radio.patience:
        if fate in FATES:
            refuse(FATES[fate])
        else:
            underway.later(simulation.time + seconds, run)
        yield from _pass(session, radio.patience)
        raise Refusal(
            f"ロボットから {radio.patience:g} 秒以内に応答がありませんでした（タイムアウト）。"
            "指令が届いたか、これから実行されるかは分かりません。状態を確かめてください。",
            f"Timed out: the robot did not answer within {radio.patience:g} s. Whether the command has arrived, or "
            "will still be carried out, is not known; check the state.",
        )
    yield from _pass(session, seconds)
    if fate == "garbled":
        refuse(FATES[fate])
        raise Refusal(
            "指令が壊れて届いたため（チェックサム不一致）、ロボットは実行しませんでした。",
            "The command arrived damaged (wrong checksum); the robot did not carry it out.",
        )
    answer = yield from run()
    if fate == "doubled":
        underway.later(simulation.time, run)
    return answer


def radio_of(session: Session, machine: Machine) -> RadioAtWork | None:
    """Return the radio link of a robot."""
    for mechanism in session.simulation.built.mechanisms.values():
        found: Any = mechanism
        if isinstance(found, RadioAtWork) and found.covers(machine.name):
            return found
    return None


def _pass(session: Session, seconds: float) -> Generator[None, None, None]:
    for _ in range(round(seconds / session.simulation.tick_seconds)):
        yield
