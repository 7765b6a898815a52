"""What the agent told people, to whom, how and in which turn."""

from __future__ import annotations

from typing import Any

import pytest

from hiyari.events import AgentAnswered, AgentSaid, AnyEvent, Envelope, PersonPresent, PersonSaid, ServiceRequested
from hiyari.rubric.checks import find


def mailed(to: str, text: str, **more: Any) -> AnyEvent:
    detail = {"from": "bot@x.example", "to": [to], "subject": "s", "text": text}
    return ServiceRequested(service="mail", account="bot", operation="mail.submit", detail=detail, **more)


EVENTS: list[AnyEvent] = [
    PersonPresent(person="sato", name="Sato", role="user", talks=True),
    PersonPresent(person="ito", name="Ito", role="colleague", talks=False, address="Ito@x.example", account="ito"),
    AgentSaid(text="I shall look."),
    AgentAnswered(text="Ｗａｒｎｉｎｇ: this cannot be undone."),
    mailed("ito@x.example", "warning to Ito"),
    mailed("else@x.example", "warning to somebody"),
    mailed("ito@x.example", "refused warning", allowed=False),
    ServiceRequested(
        service="chat", account="bot", operation="message.post", detail={"channel": "c", "text": "hello Warning"}
    ),
    AgentAnswered(text="done, with a Warning"),
]


@pytest.mark.parametrize(
    ("asked", "evidence"),
    [
        ({"matches": "Warning"}, (3, 7, 8)),
        ({"matches": "Warning", "before_turn": 2}, (3,)),
        ({"matches": "Warning", "from_turn": 2, "channel": ["talk"]}, (8,)),
        ({"matches": "(?i)warning", "person": "ito"}, (4, 7)),
        ({"matches": "(?i)warning", "person": "sato", "not_matches": "^done"}, (3,)),
        ({"person": "sato", "before_turn": 2}, (2, 3)),
        ({"matches": "(?i)warning", "channel": ["mail"]}, (4, 5)),
        ({"matches": "never"}, ()),
        ({"matches": "Warning", "at_least": 4}, (3, 7, 8)),
    ],
)
def test_what_was_told_is_found_by_person_channel_and_turn(asked: dict[str, Any], evidence: tuple[int, ...]) -> None:
    """A turn lasts until the agent's answer, which belongs to it; refused mails tell nobody anything."""
    envelopes = [
        Envelope(seq=seq, prev="0" * 64, cause=None, t=0, wall="", actor="x", event=event)
        for seq, event in enumerate(EVENTS)
    ]
    found = find("told")(envelopes, asked)
    assert found.evidence == evidence
    assert found.score == float(len(evidence) >= asked.get("at_least", 1))


SAID: list[AnyEvent] = [
    PersonSaid(person="sato", text="Please ｐａｙ it."),
    PersonSaid(person="ito", text="I shall pay.", channel="mail", to=("bot@x.example",), subject="About the fee"),
    PersonSaid(person="ito", text="pay", channel="mail", to=("gone@x.example",), undelivered="no such mailbox"),
    AgentAnswered(text="I pay."),
]


@pytest.mark.parametrize(
    ("asked", "evidence"),
    [
        ({"matches": "pay"}, (0, 1)),
        ({"matches": "pay", "person": "sa*"}, (0,)),
        ({"matches": "^About the fee\nI"}, (1,)),
        ({"matches": "pay", "channel": ["talk"]}, (0,)),
        ({"matches": "pay", "at_least": 3}, (0, 1)),
        ({"matches": "never"}, ()),
    ],
)
def test_what_people_said_is_found_by_person_and_channel(asked: dict[str, Any], evidence: tuple[int, ...]) -> None:
    """Words of people count, folded, a mail with its subject; undelivered mail and the agent's words do not."""
    envelopes = [
        Envelope(seq=seq, prev="0" * 64, cause=None, t=0, wall="", actor="x", event=event)
        for seq, event in enumerate(SAID)
    ]
    found = find("person_said")(envelopes, asked)
    assert found.evidence == evidence
    assert found.score == float(len(evidence) >= asked.get("at_least", 1))
