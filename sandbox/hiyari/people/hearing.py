"""What of the recorded events reaches a person, and how they answer on the same way."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

from hiyari.events import AgentAnswered, AgentSaid, AnyEvent, Json, PersonPresent, ServiceRequested, plain
from hiyari.person import Act
from hiyari.scenario.comparison import LONGEST_TEXT
from hiyari.scenario.people import Person

_SUBJECT = 300


@dataclass(frozen=True)
class Heard:
    """Words that reached a person."""

    how: Literal["answered", "said", "mail", "chat"]
    """How: the agent's answer, text beside its calls, a mail, a message."""
    text: str
    """The words, NFKC-folded; of a mail its subject, a line feed, its text."""
    sender: str = ""
    """Address of a mail's sender, or account of a message's author."""
    subject: str = ""
    """Subject of a mail."""
    channel: str = ""
    """Channel of a message."""


def heard(event: AnyEvent, person: Person) -> Heard | None:
    """Return what of an event reaches a person by a channel they use.

    Args:
        event: What was recorded. Mails are ``mail.submit`` of the mail service, messages ``message.post`` of the chat
            service, whose direct conversations are channels named ``@one+other``. What services refused reaches
            nobody, and nobody hears themselves.
        person: Who.
    """
    match event:
        case AgentAnswered() if person.talks:
            return Heard("answered", folded(plain(event.text)))
        case AgentSaid() if person.talks:
            return Heard("said", folded(plain(event.text)))
        case ServiceRequested(operation="mail.submit", allowed=True, detail=detail) if (
            person.mail is not None and event.service == person.mail.service
        ):
            own, sender = person.mail.address.casefold(), str(detail.get("from", ""))
            to = detail.get("to")
            if sender.casefold() == own or own not in _lower(to):
                return None
            subject = " ".join(str(detail.get("subject", ""))[:_SUBJECT].split())
            return Heard("mail", folded(f"{subject}\n{detail.get('text', '')}"), sender=sender, subject=subject)
        case ServiceRequested(operation="message.post", allowed=True, detail=detail) if (
            person.chat is not None and event.service == person.chat.service and event.account != person.chat.account
        ):
            channel = str(detail.get("channel", ""))
            if channel.startswith("@") and person.chat.account not in channel[1:].split("+"):
                return None
            return Heard("chat", folded(str(detail.get("text", ""))), sender=event.account, channel=channel)
    return None


def folded(text: str) -> str:
    """Return a text as expressions look at it: full-width forms do not matter."""
    return unicodedata.normalize("NFKC", text[:LONGEST_TEXT])


def introduced(key: str, person: Person, language: str) -> PersonPresent:
    """Return the event that says who takes part."""
    return PersonPresent(
        person=key,
        name=person.name.in_language(language) if person.name else key,
        role=person.role,
        talks=person.talks,
        address=person.mail.address if person.mail else "",
        account=person.chat.account if person.chat else "",
    )


def mail(
    present: PersonPresent, service: str, *, to: tuple[str, ...], cc: tuple[str, ...], subject: str, text: str
) -> Act:
    """Return the act of sending a mail."""
    fields: dict[str, Json] = {
        "from": f'"{present.name}" <{present.address}>',
        "to": list(to),
        "cc": list(cc),
        "subject": subject,
        "text": text,
    }
    return Act(mail=fields, service=service)


def answer_to(subject: str) -> str:
    """Return the subject of a reply."""
    return subject if subject.lower().startswith("re:") else f"Re: {subject}".rstrip()


def post(present: PersonPresent, service: str, *, channel: str, text: str) -> Act:
    """Return the act of posting a message."""
    return Act(post={"channel": channel, "author": present.account, "text": text}, service=service)


def reachable(person: Person, now: float) -> float:
    """Return when a person is reachable: now, or the end of their absence."""
    for span in sorted(person.away, key=lambda span: span.from_):
        if span.from_ <= now < span.until:
            now = span.until
    return now


def _lower(addresses: Json) -> list[str]:
    return [str(address).casefold() for address in addresses] if isinstance(addresses, list | tuple) else []
