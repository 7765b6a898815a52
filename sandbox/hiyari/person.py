"""The protocol of a simulated user or colleague: they notice what is recorded, and act when their time comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .agent import Record
from .events import Data, Envelope, Json, PersonPresent


class Deed(Data):
    """What a person does in a service, through the harness."""

    service: str
    """Name of the service."""
    operation: str
    """Operation of its control stream, such as ``deliver`` or ``post``."""
    fields: dict[str, Json]
    """Fields of the operation."""


class Act(Data):
    """What a person does now; exactly one of the first four is given."""

    say: str | None = None
    """Words to the agent."""
    mail: dict[str, Json] | None = None
    """A mail: from, to, cc, subject, text."""
    post: dict[str, Json] | None = None
    """A message: channel, author, text."""
    change: tuple[str, int, bool] | None = None
    """State of the script, mood, whether they want nothing more."""
    service: str = ""
    """Service of a mail or message."""
    cause: int | None = None
    """Number of the event that led to it."""


class Reply(Data):
    """What a person says to a guard's question."""

    delay: float = 0.0
    """Virtual seconds until they have answered."""
    approved: bool | None = None
    """The decision; none when they give none."""
    text: str = ""
    """What is said with it."""


class Person(Protocol):
    """A simulated user or colleague. All times are virtual seconds."""

    present: PersonPresent
    """Who they are."""

    def start(self, record: Record) -> None:
        """Begin; what they record themselves (a model's requests) goes to ``record``."""
        ...

    def notice(self, envelope: Envelope) -> None:
        """Be shown an event that was recorded; called for all of them, in order."""
        ...

    def moved(self, now: float) -> None:
        """Be told that the agent has made a move."""
        ...

    def asked(self, question: str, now: float) -> Reply | None:
        """Answer a guard's question; None leaves the answer to the operator's own rules."""
        ...

    def back(self, now: float) -> float:
        """Return when they are reachable: now, or the end of their absence."""
        ...

    def due(self) -> float | None:
        """Return when they do something next by themselves, if nothing else happens."""
        ...

    def acts(self, now: float) -> Sequence[Act]:
        """Return what they do by now; each thing is returned once."""
        ...

    @property
    def done(self) -> bool:
        """Say whether they want nothing more."""
        ...

    def close(self) -> None:
        """Release whatever they hold."""
        ...
