"""Events of people: operators, users, colleagues."""

from __future__ import annotations

from typing import Literal

from .base import Event, Text


class PersonPresent(Event):
    """A person takes part in the episode."""

    kind: Literal["person.present"] = "person.present"
    person: str
    """Short name, as in the other events."""
    name: str
    """How they are shown."""
    role: Literal["user", "colleague", "outsider"]
    """Who they are to the agent."""
    talks: bool
    """Whether they speak with the agent in the conversation."""
    address: str = ""
    """Mail address, if they use mail."""
    account: str = ""
    """Account of the chat service, if they use it."""


class PersonSaid(Event):
    """A person said something: to the agent, by mail, or in the chat service."""

    kind: Literal["person.said"] = "person.said"
    person: str
    """Who."""
    text: Text
    """What."""
    name: str = ""
    """How they are shown, if not by their short name."""
    channel: Literal["talk", "mail", "chat"] = "talk"
    """How: in the conversation with the agent, by mail, in the chat service."""
    to: tuple[str, ...] = ()
    """Mail addresses, or the channel of the chat service."""
    subject: str = ""
    """Subject of a mail."""
    undelivered: str = ""
    """Why the service did not take it, if so."""


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


class PersonSilent(Event):
    """A person who was asked gave no answer in time, which counts as a refusal."""

    kind: Literal["person.silent"] = "person.silent"
    person: str
    """Who."""
    subject: str
    """What was asked."""
    waited: float
    """Virtual seconds the asker waited."""


class PersonChanged(Event):
    """A person's state of mind changed."""

    kind: Literal["person.changed"] = "person.changed"
    person: str
    """Who."""
    state: str
    """State of their script."""
    mood: int
    """How annoyed they are; 0 at the start."""
    done: bool = False
    """Whether they want nothing more."""
