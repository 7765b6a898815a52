"""People played by a script: what they notice, when they act, what the seed draws."""

from __future__ import annotations

from typing import Any

import pytest

from hiyari.events import AgentAnswered, AgentSaid, AnyEvent, Envelope, ServiceRequested
from hiyari.people import Scripted
from hiyari.person import Act
from hiyari.scenario.people import Person


def person(*rules: dict[str, Any], seed: int = 1, language: str = "en", **more: Any) -> Scripted:
    """Somebody with one state of these rules, unless a script is given."""
    script = more.pop("script", {"states": {"first": list(rules)}})
    spec = Person.model_validate({"role": "user", "script": script, **more})
    return Scripted("sato", spec, language=language, seed=seed)


def at(t: float, event: AnyEvent, actor: str = "agent", seq: int = 7) -> Envelope:
    return Envelope(seq=seq, prev="0" * 64, cause=None, t=t, wall="", actor=actor, event=event)


def says(acts: Any) -> list[str]:
    return [act.say for act in acts if act.say is not None]


def mailed(
    to: str, subject: str = "Hello", text: str = "", sender: str = "agent@midori.example", **more: Any
) -> AnyEvent:
    detail = {"from": sender, "to": [to], "subject": subject, "text": text}
    return ServiceRequested(service="mail", account="agent", operation="mail.submit", detail=detail, **more)


MAIL = {"mail": {"address": "Sato@midori.example"}}


def test_the_first_rule_that_fits_fires_once() -> None:
    """Rules are tried in order, each as often as it may fire; full-width forms do not matter."""
    sato = person(
        {"when": {"answered": "DONE 12"}, "do": [{"say": "thanks"}]},
        {"when": {"answered": ""}, "times": 2, "do": [{"say": "and?"}]},
    )
    sato.notice(at(1, AgentAnswered(text="ＤＯＮＥ　１２")))
    assert says(sato.acts(1)) == ["thanks"]
    for _ in range(4):
        sato.notice(at(2, AgentAnswered(text="DONE 12")))
    assert says(sato.acts(2)) == ["and?", "and?"]
    assert sato.acts(3) == []


def test_text_beside_calls_is_said_but_not_answered() -> None:
    """``said`` hears both, ``answered`` only what ends the turn; not_matches excludes."""
    sato = person(
        {"when": {"answered": "x"}, "do": [{"say": "answer"}]},
        {"when": {"said": {"matches": "x", "not_matches": "y"}}, "do": [{"say": "aside"}]},
    )
    sato.notice(at(0, AgentSaid(text="x y")))
    sato.notice(at(0, AgentSaid(text="x")))
    sato.notice(at(0, AgentAnswered(text="x")))
    assert says(sato.acts(0)) == ["aside", "answer"]


def test_effects_come_after_their_delay_and_the_state_at_once() -> None:
    """A drawn delay is between its bounds and the same for one seed; what leads to an act is its cause."""
    script = {
        "states": {
            "first": [{"when": {"answered": ""}, "delay": [5, 9], "do": [{"say": "later"}], "go": "second"}],
            "second": [{"when": {"answered": ""}, "do": [{"say": "now"}]}],
        }
    }
    dues = []
    for seed in (1, 1, 2):
        sato = person(script=script, seed=seed)
        sato.notice(at(10, AgentAnswered(text="a")))
        assert [act.change for act in sato.acts(10)] == [("second", 0, False)]
        due = sato.due()
        assert due is not None and 15 <= due <= 19
        dues.append(due)
        assert sato.acts(due - 0.1) == []
        assert sato.acts(due) == [Act(say="later", cause=7)]
    assert dues[0] == dues[1] != dues[2]


def test_words_and_next_states_are_drawn_from_the_seed() -> None:
    """One of several texts and one of several states; other seeds draw others."""
    script = {
        "states": {name: [{"when": {"at": 0}, "do": [{"say": ["a", "b", "c"]}], "go": ["x", "y"]}] for name in "xy"}
    }
    seen = set()
    for seed in range(12):
        acts = [person(script=script, seed=seed).acts(0) for _ in range(2)]
        assert acts[0] == acts[1]
        seen.add((says(acts[0])[0], str([act.change for act in acts[0]])))
    assert len(seen) > 3


def test_time_and_moves_fire_rules_by_themselves() -> None:
    """``at`` counts from the start, ``after`` and ``moves`` from the state's beginning."""
    script = {
        "states": {
            "a": [{"when": {"moves": 2}, "do": [{"say": "two"}], "go": "b"}],
            "b": [
                {"when": {"after": 30}, "do": [{"say": "half a minute"}]},
                {"when": {"at": 60}, "do": [{"say": "sixty"}]},
            ],
        }
    }
    sato = person(script=script)
    sato.moved(5)
    assert sato.due() is None
    sato.moved(10)
    assert says(sato.acts(10)) == ["two"]
    assert sato.due() == 40
    assert says(sato.acts(45)) == ["half a minute"] and says(sato.acts(60)) == ["sixty"] and sato.due() is None


def test_annoyance_grows_and_opens_rules() -> None:
    """Mood counts up; a rule may wait for it; who is done hears nothing any more."""
    sato = person(
        {"when": {"answered": ""}, "mood_at_least": 2, "do": [{"say": "enough"}, {"done": True}]},
        {"when": {"answered": ""}, "times": 9, "do": [{"mood": 1}, {"say": "no"}]},
    )
    for turn in range(4):
        sato.notice(at(turn, AgentAnswered(text="?")))
    acts = sato.acts(9)
    assert says(acts) == ["no", "no", "enough"]
    assert [act.change for act in acts if act.change] == [("first", 1, False), ("first", 2, False), ("first", 2, True)]
    assert sato.done


def test_mail_to_them_is_read_and_answered() -> None:
    """Only what reached them and was not refused or their own; the reply goes back with its subject."""
    sato = person({"when": {"mail": "(?i)invoice 12"}, "times": 9, "do": [{"mail": {"text": "It is right."}}]}, **MAIL)
    for event in (
        mailed("other@midori.example", "Invoice 12"),
        mailed("sato@midori.example", "Invoice 12", allowed=False),
        mailed("x@midori.example", "Invoice 12", sender="sato@midori.example"),
        mailed("sato@midori.example", "Lunch"),
    ):
        sato.notice(at(0, event))
    assert sato.acts(0) == []
    sato.notice(at(0, mailed("sato@midori.example", "Question", "about invoice 12")))
    (act,) = sato.acts(0)
    assert act.service == "mail" and act.mail == {
        "from": '"sato" <Sato@midori.example>',
        "to": ["agent@midori.example"],
        "cc": [],
        "subject": "Re: Question",
        "text": "It is right.",
    }


def test_chat_messages_are_read_and_answered_in_their_channel() -> None:
    """Others' messages in the named channels; one's own are not heard."""
    rule = {
        "when": {"chat": {"channel": ["gen*", "@*"], "matches": "help"}},
        "times": 9,
        "do": [{"post": {"text": "Coming."}}],
    }
    sato = person(rule, chat={"account": "sato"})

    def posted(channel: str, account: str) -> AnyEvent:
        detail = {"channel": channel, "text": "help"}
        return ServiceRequested(service="chat", account=account, operation="message.post", detail=detail)

    for channel, account in (("general", "sato"), ("secret", "bot"), ("@bot+ito", "bot"), ("general", "bot")):
        sato.notice(at(0, posted(channel, account)))
    (act,) = sato.acts(0)
    assert act.post == {"channel": "general", "author": "sato", "text": "Coming."} and act.service == "chat"


def test_any_event_can_be_waited_for() -> None:
    """By kind and by paths into the event; what they do themselves does not count."""
    where = {"operation": "payment.create", "detail.amount": {"at_least": 100}, "account": {"in": ["agent"]}}
    sato = person({"when": {"event": {"kind": "service.requested", "where": where}}, "do": [{"say": "stop"}]})

    def paid(amount: int) -> AnyEvent:
        return ServiceRequested(service="bank", account="agent", operation="payment.create", detail={"amount": amount})

    sato.notice(at(0, paid(50)))
    sato.notice(at(0, paid(500), actor="sato"))
    assert sato.acts(0) == []
    sato.notice(at(0, paid(500)))
    assert says(sato.acts(0)) == ["stop"]


def test_who_is_away_notices_everything_when_they_are_back() -> None:
    """Words, timed rules and effects wait for the end of the absence."""
    sato = person(
        {"when": {"answered": ""}, "do": [{"say": "back"}]},
        {"when": {"at": 12}, "do": [{"say": "timed"}]},
        away=[{"from": 10, "until": 50}],
    )
    sato.notice(at(11, AgentAnswered(text="hello?")))
    assert sato.acts(20) == [] and sato.due() == 50
    assert says(sato.acts(50)) == ["back", "timed"]


def test_a_question_is_decided_by_the_first_rule_that_fits() -> None:
    """First refused, then approved: a mind that changes; another question is left to the operator's own rules."""
    sato = person(
        {"when": {"asked": "pay"}, "delay": 4, "do": [{"refuse": "Not yet."}, {"mood": 1}]},
        {"when": {"asked": "pay"}, "do": [{"approve": {"ja": "どうぞ", "en": "Go on."}}]},
        {"when": {"asked": "hm"}},
        language="ja",
    )
    first, second = sato.asked("pay 100?", 0), sato.asked("pay 100?", 0)
    assert first is not None and (first.approved, first.text, first.delay) == (False, "Not yet.", 4)
    assert second is not None and (second.approved, second.text) == (True, "どうぞ")
    undecided = sato.asked("hm?", 0)
    assert undecided is not None and undecided.approved is None
    assert sato.asked("send?", 0) is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"script": {"states": {"a": [{"when": {"answered": "("}}]}}}, "not a regular expression"),
        ({"script": {"states": {"a": [{"when": {}}]}}}, "exactly one of answered"),
        ({"script": {"states": {"a": [{"when": {"at": 1, "after": 2}}]}}}, "exactly one of answered"),
        ({"script": {"states": {"a": [{"when": {"at": 1}, "do": [{"say": "x", "mood": 1}]}]}}}, "an effect is exactly"),
        (
            {"script": {"states": {"frist": [], "a": [{"when": {"at": 1}, "go": "first"}]}}},
            "a.0.go: .*did you mean frist",
        ),
        ({"script": {"start": "b", "states": {"a": []}}}, "start: there is no state 'b'"),
        ({"script": {"states": {"a": [{"when": {"mail": ""}}]}}}, "needs the channel 'mail'"),
        ({"script": {"states": {"a": [{"when": {"at": 1}, "do": [{"post": {"text": "x"}}]}]}}}, "without a channel"),
        ({"script": {"states": {"a": [{"when": {"at": 1}, "do": [{"approve": "x"}]}]}}}, "when.asked"),
        ({"script": {"states": {"a": [{"when": {"event": {"kind": "service.request"}}}]}}}, "mean service.requested"),
        ({"role": "outsider", "script": {"states": {"a": [{"when": {"at": 0}, "do": [{"say": "x"}]}]}}}, "'talk'"),
        ({"away": [{"from": 5, "until": 5}]}, "before it began"),
        ({"script": None}, "either a script or a persona"),
    ],
)
def test_mistakes_say_what_is_wrong(change: dict[str, Any], problem: str) -> None:
    """Every mistake in a person is found when the file is read."""
    good = {"role": "user", "script": {"states": {"a": []}}}
    with pytest.raises(ValueError, match=problem):
        Person.model_validate(good | change)
