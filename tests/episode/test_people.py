"""Episodes with people: conversations in turns, tasks that change half-way, guards that ask, operators who are away."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from hiyari.agent import Agent, Call, Move, Observation, Task, ToolSpec, Wanted
from hiyari.agents.noop import Noop
from hiyari.agents.own import own_agent
from hiyari.agents.refuse import Refuse
from hiyari.agents.scripted import Scripted as Trace
from hiyari.episode import Cast, run_episode
from hiyari.errors import AgentError
from hiyari.events import Envelope, EpisodeStarted, Finding, Json, ServiceRequested
from hiyari.fakes import FakeAgent, FakeWorld
from hiyari.monitor import Decision
from hiyari.people import Played, Scripted
from hiyari.recording import Recorder
from hiyari.scenario.model import Limits, Operator
from hiyari.scenario.model import Trace as TraceSpec
from hiyari.scenario.people import Person

OPENING = EpisodeStarted(scenario="XXX-1", version=1, arm="benign", agent="test", seed=0, language="en")
TASK = Task(text="Write the report.", system="", language="en", seed=0)
ANY = {"type": "object"}
SEND = ToolSpec(name="send", description="sends a mail", parameters=ANY, server="fake", seconds=2.0)


def send(arguments: dict[str, Any]) -> Iterator[Any]:
    detail = {"from": "agent@midori.example", "subject": "", "text": "", **arguments}
    yield ServiceRequested(service="mail", account="agent", operation="mail.submit", detail=detail)
    yield "sent"


def sends(**arguments: Any) -> Move:
    return Move(calls=(Wanted(tool="send", arguments=arguments),))


def user(*rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"role": "user", "script": {"states": {"first": list(rules)}}, **more}


@pytest.fixture
def play(tmp_path: Path) -> Callable[..., list[Envelope]]:
    """Return a function that plays an agent with people in a world with one tool and a mail service."""
    runs = itertools.count()

    def run(agent: Agent, people: Mapping[str, Any], **changes: Any) -> list[Envelope]:
        specs = {key: Person.model_validate(raw) for key, raw in people.items()}
        cast = Cast(
            task=TASK,
            world=changes.pop("world", None) or FakeWorld({"send": (SEND, send)}, services=("mail",)),
            agent=agent,
            monitors={},
            guards=changes.pop("guards", {}),
            operator=changes.pop("operator", Operator()),
            limits=changes.pop("limits", Limits()),
            people=changes.pop("players", None)
            or [Scripted(key, spec, language="en", seed=0) for key, spec in specs.items()],
        )
        recorder = Recorder(tmp_path / f"episode{next(runs)}", lambda: "2026-01-01T00:00:00Z")
        try:
            return run_episode(cast, recorder, lambda: 0.0, None, OPENING)
        finally:
            recorder.close()

    return run


def of(envelopes: list[Envelope], kind: str) -> list[Any]:
    return [envelope.event for envelope in envelopes if envelope.event.kind == kind]


def heard(agent: FakeAgent) -> list[list[str]]:
    return [[str(said.text) for said in observation.said] for observation in agent.observations]


def test_the_user_goes_on_until_satisfied(play: Any) -> None:
    """Each answer ends a turn; the user asks again, then thanks and is done; the last words prolong nothing."""
    people = {
        "sato": user(
            {"when": {"answered": "final"}, "do": [{"say": "Thanks."}, {"done": True}]},
            {"when": {"answered": ""}, "times": 9, "delay": 5, "do": [{"say": "Is that final?"}, {"mood": 1}]},
        )
    }
    agent = FakeAgent(Move(answer="draft"), Move(answer="nearly"), Move(answer="final"), Move(answer="not reached"))
    envelopes = play(agent, people)
    assert heard(agent) == [[], ["Is that final?"], ["Is that final?"]]
    assert [event.text for event in of(envelopes, "agent.answered")] == ["draft", "nearly", "final"]
    assert [(e.t, e.actor, e.event.text) for e in envelopes if e.event.kind == "person.said"] == [
        (5, "sato", "Is that final?"),
        (10, "sato", "Is that final?"),
        (10, "sato", "Thanks."),
    ]
    assert [(e.mood, e.done) for e in of(envelopes, "person.changed")] == [(1, False), (2, False), (2, True)]
    assert of(envelopes, "episode.ended")[0].reason == "answered"
    (present,) = of(envelopes, "person.present")
    assert (present.person, present.role, present.talks) == ("sato", "user", True)


def test_one_seed_gives_one_episode(play: Any) -> None:
    """Two runs record the same."""
    people = {"sato": user({"when": {"answered": ""}, "times": 3, "delay": [1, 60], "do": [{"say": ["a", "b", "c"]}]})}
    one, two = (play(FakeAgent(), people) for _ in range(2))
    assert [(e.t, e.event) for e in one] == [(e.t, e.event) for e in two]
    assert len(of(one, "agent.answered")) == 4


def test_a_task_changes_while_the_agent_works(play: Any) -> None:
    """After its second move the user says something new: it comes with the next observation, between calls."""
    people = {"sato": user({"when": {"moves": 2}, "do": [{"say": "Send it to Ito instead."}]})}
    agent = FakeAgent(
        sends(to=["a@x.example"]), sends(to=["b@x.example"]), sends(to=["ito@x.example"]), Move(answer="ok")
    )
    play(agent, people)
    assert heard(agent) == [[], [], ["Send it to Ito instead."], []]
    assert all(observation.results for observation in agent.observations[1:])


def test_what_was_said_just_as_the_agent_answers_is_not_lost(play: Any) -> None:
    """The user speaks at the very move that answers: the agent hears it."""
    people = {"sato": user({"when": {"moves": 1}, "do": [{"say": "Wait, one more thing."}]})}
    agent = FakeAgent(Move(answer="done"), Move(answer="that too"))
    play(agent, people)
    assert heard(agent) == [[], ["Wait, one more thing."]]


def test_timed_words_are_waited_for_but_not_beyond_the_limit(play: Any) -> None:
    """The user comes back after an hour of virtual time, unless the episode may not last so long."""
    people = {"sato": user({"when": {"at": 3600}, "do": [{"say": "I am back."}]})}
    agent = FakeAgent()
    envelopes = play(agent, people, limits=Limits(simulated_seconds=7200))
    assert heard(agent) == [[], ["I am back."]]
    assert envelopes[-1].t == 3600
    short = FakeAgent()
    assert play(short, people, limits=Limits(simulated_seconds=60))[-1].t == 0
    assert heard(short) == [[]]


def test_a_user_who_never_stops_meets_the_limit_of_moves(play: Any) -> None:
    """An endless conversation ends like an endless agent."""
    people = {"sato": user({"when": {"answered": ""}, "times": 1000, "do": [{"say": "Again."}]})}
    envelopes = play(FakeAgent(), people, limits=Limits(moves=5))
    assert of(envelopes, "limit.reached")[0].limit == "moves"
    assert len(of(envelopes, "agent.answered")) == 5


def test_a_colleague_answers_mail_while_the_user_waits(play: Any) -> None:
    """The colleague's reply is a deed in the mail service, at its time; the user then asks for the news."""
    people = {
        "tanaka": {
            "mail": {"address": "tanaka@midori.example"},
            "script": {"states": {"a": [{"when": {"mail": "12"}, "delay": 40, "do": [{"mail": {"text": "Right."}}]}]}},
        },
        "sato": user({"when": {"answered": "asked"}, "delay": 60, "do": [{"say": "Any news?"}]}),
    }
    world = FakeWorld({"send": (SEND, send)}, services=("mail",))
    agent = FakeAgent(
        sends(to=["tanaka@midori.example"], subject="12?"), Move(answer="asked"), Move(answer="it is right")
    )
    envelopes = play(agent, people, world=world)
    (deed,) = world.deeds
    assert (deed.service, deed.operation, deed.fields["subject"]) == ("mail", "deliver", "Re: 12?")
    said = [(e.t, e.event.person, e.event.channel, e.cause) for e in envelopes if e.event.kind == "person.said"]
    request = next(e.seq for e in envelopes if e.event.kind == "service.requested")
    assert said[0][:3] == (42, "tanaka", "mail") and said[0][3] == request
    assert said[1][:3] == (62, "sato", "talk")
    assert heard(agent) == [[], [], ["Any news?"]], "a mail is no word to the agent"


def test_a_mail_that_no_service_takes_is_recorded_as_undelivered(play: Any) -> None:
    """The episode goes on: what an agent did to a service is no fault of the scenario."""
    letter = {"to": "a@midori.example", "subject": "s", "text": "t"}
    people = {"sato": user({"when": {"at": 0}, "do": [{"mail": letter}]}, mail={"address": "s@x.example"})}
    envelopes = play(FakeAgent(), people, world=FakeWorld({}))
    assert "there is no service 'mail'" in of(envelopes, "person.said")[0].undelivered


class Asks:
    """A guard that asks about every call."""

    def see(self, envelope: Envelope) -> Iterator[Finding]:
        return iter(())

    def finish(self) -> Iterator[Finding]:
        return iter(())

    def decide(self, call: Call) -> Decision:
        return Decision(verdict="ask", reason="May it send?")

    def policy(self) -> Mapping[str, Json]:
        return {}


def asked(play: Any, *rules: dict[str, Any], **more: Any) -> tuple[list[Envelope], list[str]]:
    """Two calls under a guard that asks sato; returns events and the calls' results."""
    operator = more.pop("operator", Operator(name="sato", patience=60))
    agent = FakeAgent(sends(to=[]), sends(to=[]), Move(answer=""))
    envelopes = play(agent, {"sato": user(*rules, **more)}, guards={"approval": Asks()}, operator=operator)
    return envelopes, [str(event.text) for event in of(envelopes, "call.returned")]


def test_a_person_refuses_then_changes_their_mind(play: Any) -> None:
    """Guards ask the operator's script; a refusal comes with their words."""
    envelopes, results = asked(
        play,
        {"when": {"asked": "send"}, "delay": 10, "do": [{"refuse": "Not before I read it."}]},
        {"when": {"asked": "send"}, "do": [{"approve": "All right."}]},
    )
    assert results == ["Denied by approval: May it send?; sato: Not before I read it.", "sent"]
    decided = [(e.t, e.actor, e.event.approved) for e in envelopes if e.event.kind == "person.decided"]
    assert decided == [(10, "sato", False), (10, "sato", True)]


def test_who_is_away_or_undecided_is_silent_and_that_refuses(play: Any) -> None:
    """The guard waits as long as its operator's patience; the script is not asked what it never heard."""
    envelopes, results = asked(
        play,
        {"when": {"asked": ""}, "do": [{"say": "Let me think."}]},
        away=[{"from": 0, "until": 61}],
    )
    assert "no answer from sato within 60 s" in results[0]
    silent = [(e.t, e.event.waited) for e in envelopes if e.event.kind == "person.silent"]
    assert silent == [(60, 60), (120, 60)], "away at first; asked again, back a second later, and undecided"
    assert not of(envelopes, "person.decided")


def test_the_operators_own_rules_decide_where_the_script_has_none(play: Any) -> None:
    """A short absence only delays the answer."""
    operator = Operator(name="sato", approves=("send",), delay=3)
    envelopes, results = asked(play, operator=operator, away=[{"from": 0, "until": 20}])
    assert results == ["sent", "sent"]
    assert [e.t for e in envelopes if e.event.kind == "person.decided"] == [20, 25]


def trace(*steps: dict[str, Any]) -> Trace:
    return Trace("t", TraceSpec.model_validate({"arms": {"benign": {}}, "steps": list(steps)}))


NUMBER = {
    "sato": user(
        {"when": {"answered": "which"}, "do": [{"say": "Number 42."}]},
        {"when": {"answered": "42"}, "do": [{"say": "Good."}, {"done": True}]},
    )
}


def test_a_trace_answers_listens_and_goes_on(play: Any) -> None:
    """What was said fills later steps; text beside a call is heard; answers after the end are empty."""
    agent = trace(
        {"answer": "which one?", "keep": {"number": r"Number (\d+)"}},
        {"call": "send", "args": {"to": ["x@x.example"]}, "say": "sending ${number}"},
        {"answer": "sent ${number}"},
    )
    envelopes = play(agent, NUMBER)
    assert [event.text for event in of(envelopes, "agent.answered")] == ["which one?", "sent 42"]
    assert of(envelopes, "agent.said")[0].text == "sending 42"
    assert of(envelopes, "person.changed")[-1].done


def test_doing_nothing_and_refusing_are_done_in_every_turn(play: Any) -> None:
    """noop answers nothing each time; refuse declines each time."""
    people = {"sato": user({"when": {"answered": ""}, "times": 2, "do": [{"say": "Please."}]})}
    assert [str(event.text) for event in of(play(Noop(), people), "agent.answered")] == ["", "", ""]
    assert [event.refused for event in of(play(Refuse(), people), "agent.answered")] == [True] * 3


FUNCTIONS = """
def again(task, tools):
    return f"which? {len(task.text.splitlines())}" if "42" not in task.text else "it is 42"


def listens(task, tools):
    said = tools.answer("which one?")
    tools.call("send", to=said)
    return "it is 42"
"""


def test_functions_carry_on_the_conversation(play: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain function is called again with all that was said; one that asks by answer() goes on where it was."""
    (tmp_path / "talking_agents.py").write_text(FUNCTIONS, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("again", "listens"):
        agent = own_agent(f"talking_agents:{name}", {}, project=tmp_path, patience=20)()
        envelopes = play(agent, NUMBER)
        assert [str(event.text) for event in of(envelopes, "agent.answered")][1:] == ["it is 42"]
    assert of(envelopes, "call.proposed")[0].arguments == {"to": ["sato: Number 42."]}


class Voice:
    """An agent that plays a person: says its lines, keeps what it was told."""

    def __init__(self, *lines: str | Exception) -> None:
        self.lines = list(lines)
        self.told: list[str] = []
        self.task: Task | None = None

    def start(self, task: Task, tools: Any, record: Any) -> None:
        self.task = task

    def act(self, observation: Observation) -> Move:
        self.told += [f"{said.person}: {said.text}" for said in observation.said]
        line = self.lines.pop(0)
        if isinstance(line, Exception):
            raise line
        return Move(answer=line)

    def close(self) -> None:
        self.told.append("closed")


PERSONA = {
    "role": "user",
    "name": "Sato",
    "persona": {"agent": "local", "instructions": "You want a report.", "turns": 3},
}


def played(voice: Voice, **changes: Any) -> Played:
    return Played("sato", Person.model_validate(PERSONA | changes), voice, task=TASK, patience=20)


def test_a_persona_is_spoken_to_and_answers(play: Any) -> None:
    """It gets its instructions and the task, then the agent's answers, and is done when it says so."""
    voice = Voice("Make it shorter.", "Fine. DONE")
    agent = FakeAgent(Move(answer="long report"), Move(answer="short report"))
    envelopes = play(agent, {}, players=[played(voice)])
    assert voice.told == ["assistant: long report", "assistant: short report", "closed"]
    assert voice.task is not None and "You want a report." in voice.task.text and "Write the report." in voice.task.text
    assert "Sato" in voice.task.system
    assert heard(agent) == [[], ["Make it shorter."]]
    assert [event.text for event in of(envelopes, "person.said")] == ["Make it shorter.", "Fine."]
    assert of(envelopes, "person.changed")[-1].done


def test_a_persona_has_so_many_turns(play: Any) -> None:
    """The last of them does not make the agent go on."""
    agent = FakeAgent()
    envelopes = play(agent, {}, players=[played(Voice("a", "b", "c", "d"))])
    assert heard(agent) == [[], ["a"], ["b"]]
    assert len(of(envelopes, "person.said")) == 3


def test_a_persona_answers_mail_by_mail(play: Any) -> None:
    """On the way it was spoken to."""
    world = FakeWorld({"send": (SEND, send)}, services=("mail",))
    player = played(Voice("Yes."), role="colleague", mail={"address": "sato@midori.example"})
    agent = FakeAgent(sends(to=["sato@midori.example"], subject="Lunch?"), Move(answer="done"))
    play(agent, {}, players=[player], world=world)
    assert [(deed.fields["subject"], deed.fields["text"]) for deed in world.deeds] == [("Re: Lunch?", "Yes.")]


def test_a_persona_that_fails_makes_the_episode_invalid(play: Any) -> None:
    """Nothing plays the person instead, and the agent is not judged."""
    envelopes = play(FakeAgent(), {}, players=[played(Voice(AgentError("no such model")))])
    (ended,) = of(envelopes, "episode.ended")
    assert ended.reason == "engine_failed" and "persona sato failed: no such model" in ended.detail
