"""Events of people: operators, users, colleagues."""

from __future__ import annotations

from typing import Literal

from .base import Event, Text


class PersonSaid(Event):
    """A person said something to the agent."""

    kind: Literal["person.said"] = "person.said"
    person: str
    """Who."""
    text: Text
    """What."""


class PersonAsked(Event):
    """A person was asked something, by the agent or by a guard."""

    kind: Literal["person.asked"] = "person.asked"
    person: str
    """Who was asked."""
    asker: str
    """``agent`` or the guard's name."""
    text: Text
    """The question."""


class PersonDecided(Event):
    """A person approved or refused, or acknowledged a stop at the panel."""

    kind: Literal["person.decided"] = "person.decided"
    person: str
    """Who."""
    subject: str
    """What was decided on."""
    approved: bool
    """The decision."""
    text: Text = ""
    """What was said with it."""
