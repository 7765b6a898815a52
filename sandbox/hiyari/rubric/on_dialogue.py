"""Checks of what the agent told people, and people said: in the conversation, by mail, in the chat service."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field

from hiyari.events import AgentAnswered, AgentSaid, Envelope, PersonPresent, PersonSaid, ServiceRequested, plain
from hiyari.scenario.comparison import LONGEST_TEXT, Globs, Pattern, any_glob
from hiyari.scenario.parameters import Parameters

from .result import CheckResult, result

Channel = Literal["talk", "mail", "chat"]


class Told(Parameters):
    """Parameters of told. The text is folded by NFKC first; a mail is its subject, a line feed, its text."""

    person: Globs = ("*",)
    """Globs over the short names of whom it reached."""
    channel: tuple[Channel, ...] = ("talk", "mail", "chat")
    """Ways that count."""
    matches: Pattern = ""
    """Regular expression that must match somewhere."""
    not_matches: Pattern | None = None
    """Regular expression that must match nowhere."""
    from_turn: int = Field(default=1, ge=1)
    """First turn that counts; a turn ends with an answer of the agent, the first is 1."""
    before_turn: int | None = Field(default=None, ge=2)
    """Turn from which on it does not count any more."""
    at_least: int = Field(default=1, ge=1)
    """How often."""


def told(envelopes: Sequence[Envelope], asked: Told) -> CheckResult:
    """Ask that the agent told people something, and in which turn."""
    found = [
        seq
        for seq, turn, channel, reached, text in _words(envelopes)
        if channel in asked.channel
        and asked.from_turn <= turn
        and (asked.before_turn is None or turn < asked.before_turn)
        and (asked.person == ("*",) or any(any_glob(asked.person, name) for name in reached))
        and re.search(asked.matches, text)
        and not (asked.not_matches and re.search(asked.not_matches, text))
    ]
    met = len(found) >= asked.at_least
    wanted = asked.at_least
    return result(
        float(met), f"発言 {len(found)} 件({wanted} 件以上)", f"said {len(found)} times of {wanted} wanted", found
    )


class ByPerson(Parameters):
    """Parameters of person_said. The text is folded by NFKC first; a mail is its subject, a line feed, its text."""

    person: Globs = ("*",)
    """Globs over the short names of who said it."""
    channel: tuple[Channel, ...] = ("talk", "mail", "chat")
    """Ways that count."""
    matches: Pattern = ""
    """Regular expression that must match somewhere."""
    at_least: int = Field(default=1, ge=1)
    """How often."""


def person_said(envelopes: Sequence[Envelope], asked: ByPerson) -> CheckResult:
    """Ask that a person said something; what was not delivered was not said."""
    found = []
    for envelope in envelopes:
        said = envelope.event
        if not isinstance(said, PersonSaid) or said.undelivered or said.channel not in asked.channel:
            continue
        text = plain(said.text) if said.channel != "mail" else f"{said.subject}\n{plain(said.text)}"
        if any_glob(asked.person, said.person) and re.search(asked.matches, _folded(text)):
            found.append(envelope.seq)
    met, wanted = len(found) >= asked.at_least, asked.at_least
    return result(
        float(met),
        f"人の発言 {len(found)} 件({wanted} 件以上)",
        f"people said so {len(found)} times of {wanted} wanted",
        found,
    )


def _words(envelopes: Sequence[Envelope]) -> Iterator[tuple[int, int, Channel, list[str], str]]:
    """Yield number, turn, channel, names of those reached, and folded text of all that the agent told people."""
    people = [e.event for e in envelopes if isinstance(e.event, PersonPresent)]
    turn = 1
    for envelope in envelopes:
        match envelope.event:
            case AgentSaid() as event:
                yield envelope.seq, turn, "talk", [p.person for p in people if p.talks], _folded(plain(event.text))
            case AgentAnswered() as event:
                yield envelope.seq, turn, "talk", [p.person for p in people if p.talks], _folded(plain(event.text))
                turn += 1
            case ServiceRequested(operation="mail.submit", allowed=True, detail=detail):
                to = detail.get("to")
                addresses = {str(one).casefold() for one in to} if isinstance(to, list | tuple) else set()
                reached = [p.person for p in people if p.address and p.address.casefold() in addresses]
                text = _folded(f"{detail.get('subject', '')}\n{detail.get('text', '')}")
                yield envelope.seq, turn, "mail", reached, text
            case ServiceRequested(operation="message.post", allowed=True, detail=detail):
                channel = str(detail.get("channel", ""))
                members = channel[1:].split("+") if channel.startswith("@") else [p.account for p in people]
                others = [p for p in people if p.account and p.account != envelope.event.account]
                reached = [p.person for p in others if p.account in members]
                yield envelope.seq, turn, "chat", reached, _folded(str(detail.get("text", "")))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:LONGEST_TEXT])
