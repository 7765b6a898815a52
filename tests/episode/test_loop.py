"""The episode loop with in-memory worlds and agents: what is recorded, what ends it, what a guard may do."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from hiyari.agent import Agent, Call, Move, Observation, Record, Task, ToolSpec, Wanted
from hiyari.agents.late import LateAgent
from hiyari.episode import Cast, run_episode
from hiyari.errors import AgentError, EngineError
from hiyari.events import (
    AgentFailed,
    CallProposed,
    CallRejected,
    CallReturned,
    Envelope,
    EpisodeEnded,
    EpisodeStarted,
    Finding,
    FindingRaised,
    GuardDecided,
    Json,
    LimitReached,
    LocalText,
    MonitorFailed,
    PersonAsked,
    PersonDecided,
    WorldProbed,
)
from hiyari.fakes import FakeAgent, FakeWorld
from hiyari.monitor import ALLOW, Decision, Guard, Monitor
from hiyari.recording import Recorder
from hiyari.scenario.limits import Limits, Think
from hiyari.scenario.model import Operator

OPENING = EpisodeStarted(scenario="XXX-1", version=1, arm="benign", agent="test", seed=0, language="en")
TASK = Task(text="do it", system="", language="en", seed=0)
SCHEMA = {
    "type": "object",
    "properties": {"text": {"type": "string"}},
    "required": ["text"],
    "additionalProperties": False,
}
ECHO = ToolSpec(name="echo", description="says it again", parameters=SCHEMA, server="fake", seconds=2.0)


def boom(_: dict[str, Any]) -> str:
    raise EngineError("the engine is gone")


def world(**probes: Any) -> FakeWorld:
    tools = {
        "echo": (ECHO, lambda arguments: str(arguments["text"])),
        "boom": (ECHO.model_copy(update={"name": "boom"}), boom),
    }
    return FakeWorld(tools, probes)


def wants(tool: str, arguments: Any) -> Move:
    return Move(calls=(Wanted(tool=tool, arguments=arguments),))


def play(
    folder: Path,
    agent: Agent,
    *,
    in_world: FakeWorld | None = None,
    monitors: Mapping[str, Monitor] | None = None,
    guards: Mapping[str, Guard] | None = None,
    **changes: Any,
) -> list[Envelope]:
    cast = Cast(
        task=TASK,
        world=in_world or world(),
        agent=agent,
        monitors=monitors or {},
        guards=guards or {},
        operator=changes.pop("operator", Operator()),
        limits=changes.pop("limits", Limits()),
        **changes,
    )
    ticks = itertools.count()
    recorder = Recorder(folder / "episode", lambda: f"2026-01-01T00:00:00.{next(ticks):06d}Z")
    try:
        return run_episode(cast, recorder, lambda: 0.0, None, OPENING)
    finally:
        recorder.close()


def kinds(envelopes: Iterable[Envelope]) -> list[str]:
    return [envelope.event.kind for envelope in envelopes]


def only(envelopes: Iterable[Envelope], kind: type[Any]) -> Any:
    found = [envelope.event for envelope in envelopes if isinstance(envelope.event, kind)]
    assert len(found) == 1, found
    return found[0]


class Everything:
    """A monitor and guard that keeps what it sees and answers as it is told."""

    def __init__(self, decision: Decision = ALLOW, error: Exception | None = None) -> None:
        self.seen: list[str] = []
        self._decision, self._error = decision, error

    def see(self, envelope: Envelope) -> Iterator[Finding]:
        self.seen.append(envelope.event.kind)
        if self._error:
            raise self._error
        if isinstance(envelope.event, CallReturned):
            message = LocalText(ja="呼び出し", en="a call")
            yield Finding(rule="test.call", category="integrity", severity=1, message=message, evidence=(envelope.seq,))

    def finish(self) -> Iterator[Finding]:
        return iter(())

    def decide(self, call: Call) -> Decision:
        if self._error:
            raise self._error
        return self._decision

    def policy(self) -> Mapping[str, Json]:
        return {}


def test_a_call_is_proposed_returned_and_observed(tmp_path: Path) -> None:
    """One call runs through the loop, in order, with cause and virtual time."""
    agent = FakeAgent(wants("echo", {"text": "hello"}), Move(answer="done"))
    envelopes = play(tmp_path, agent)
    assert kinds(envelopes) == [
        "episode.started",
        "task.given",
        "call.proposed",
        "call.returned",
        "agent.answered",
        "episode.ended",
    ]
    assert agent.observations[1].results[0].text == "hello"
    assert envelopes[3].cause == envelopes[2].seq and envelopes[3].t == 2.0
    assert agent.closed


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("ecko", {"text": "x"}, "did you mean echo?"),
        ("echo", {"text": 5}, "argument text: 5 is not of type 'string'"),
        ("echo", {}, "'text' is a required property"),
        ("echo", {"text": "x", "extra": 1}, "extra"),
        ("echo", "text=x", "must be a JSON object, not str"),
        ("echo", None, "must be a JSON object, not NoneType"),
    ],
)
def test_a_bad_call_is_an_observation_and_an_event(tmp_path: Path, tool: str, arguments: Any, said: str) -> None:
    """Unknown tools and wrong arguments are told to the agent, recorded, and not carried out."""
    agent = FakeAgent(wants(tool, arguments))
    envelopes = play(tmp_path, agent)
    assert said in only(envelopes, CallRejected).reason
    result = agent.observations[1].results[0]
    assert result.status == "error" and said in str(result.text)


def test_arguments_nested_beyond_reason_are_refused(tmp_path: Path) -> None:
    """A thousand nested lists are an observation, not a recursion error."""
    nested: Any = "x"
    for _ in range(200):
        nested = [nested]
    agent = FakeAgent(wants("echo", {"text": nested}))
    assert "nested deeper" in only(play(tmp_path, agent), CallRejected).reason


@pytest.mark.parametrize("error", [AgentError("the provider is down"), ZeroDivisionError("oops")])
def test_a_crashing_agent_ends_the_episode(tmp_path: Path, error: Exception) -> None:
    """The crash is recorded, probes are still made, and agent and world are closed."""
    stage = world(fact=lambda: 7)
    envelopes = play(tmp_path, FakeAgent(error), in_world=stage, probes={"seven": {"fact": "fact"}})
    assert str(error) in only(envelopes, AgentFailed).error
    assert only(envelopes, EpisodeEnded).reason == "agent_failed"
    assert only(envelopes, WorldProbed).result == 7
    assert stage.closed


@pytest.mark.parametrize(("limit", "value"), [("calls", 3), ("moves", 3), ("simulated_seconds", 5)])
def test_a_looping_agent_runs_into_a_limit(tmp_path: Path, limit: str, value: int) -> None:
    """An agent that calls for ever is stopped by each of the limits."""
    loop = FakeAgent(*[wants("echo", {"text": "again"}) for _ in range(50)])
    envelopes = play(tmp_path, loop, limits=Limits(**{limit: value}))
    assert only(envelopes, LimitReached).limit == limit
    assert only(envelopes, EpisodeEnded).reason == "limit"
    assert kinds(envelopes).count("call.returned") == 3


def test_tokens_are_limited(tmp_path: Path) -> None:
    """A move that uses up the tokens is not carried out."""
    move = wants("echo", {"text": "x"}).model_copy(update={"tokens": 100})
    envelopes = play(tmp_path, FakeAgent(move), limits=Limits(tokens=100))
    assert only(envelopes, LimitReached).limit == "tokens"
    assert "call.proposed" not in kinds(envelopes)


def test_an_agent_that_hangs_is_left_behind(tmp_path: Path) -> None:
    """An agent that never returns meets the wall limit, and what it records later is not in the recording."""
    let_go = threading.Event()
    ended = threading.Event()

    class Hanging(FakeAgent):
        def start(self, task: Task, tools: Any, record: Record) -> None:
            self.record = record

        def act(self, observation: Observation) -> Move:
            let_go.wait(30)
            self.record(AgentFailed(error="too late"))
            ended.set()
            return Move(answer="late")

    envelopes = play(tmp_path, Hanging(), limits=Limits(wall_seconds=0.2))
    let_go.set()
    assert ended.wait(10)
    assert only(envelopes, LimitReached).limit == "wall_seconds"
    assert "agent.failed" not in kinds(envelopes)


def test_a_failing_engine_makes_no_probe(tmp_path: Path) -> None:
    """An EngineError ends the episode as engine_failed."""
    stage = world(fact=lambda: 7)
    envelopes = play(
        tmp_path, FakeAgent(wants("boom", {"text": ""})), in_world=stage, probes={"seven": {"fact": "fact"}}
    )
    assert only(envelopes, EpisodeEnded).reason == "engine_failed"
    assert "world.probed" not in kinds(envelopes)
    assert stage.closed


def test_findings_are_recorded_and_not_shown_to_monitors(tmp_path: Path) -> None:
    """A finding follows its evidence, and no monitor sees findings."""
    monitor = Everything()
    agent = FakeAgent(wants("echo", {"text": "x"}))
    envelopes = play(tmp_path, agent, monitors={"everything": monitor})
    finding = only(envelopes, FindingRaised).finding
    assert envelopes[finding.evidence[0]].event.kind == "call.returned"
    assert "finding.raised" not in monitor.seen


def test_a_monitor_that_raises_fails_once_and_the_episode_goes_on(tmp_path: Path) -> None:
    """The failure is an event; the episode is recorded to its end."""
    monitor = Everything(error=ValueError("bad monitor"))
    agent = FakeAgent(wants("echo", {"text": "x"}), Move(answer="done"))
    envelopes = play(tmp_path, agent, monitors={"bad": monitor})
    assert only(envelopes, MonitorFailed).error == "ValueError: bad monitor"
    assert len(monitor.seen) == 1
    assert only(envelopes, EpisodeEnded).reason == "answered"


def test_a_guard_blocks_and_the_agent_reads_why(tmp_path: Path) -> None:
    """A blocked call is denied and not carried out."""
    agent = FakeAgent(wants("echo", {"text": "x"}))
    guard = Everything(Decision(verdict="block", reason="not today"))
    envelopes = play(tmp_path, agent, guards={"wall": guard})
    assert only(envelopes, GuardDecided).decision == "block"
    assert agent.observations[1].results[0].status == "denied"
    assert "not today" in str(agent.observations[1].results[0].text)


def test_a_guard_modifies_arguments(tmp_path: Path) -> None:
    """The world gets the changed arguments; a change that does not fit the tool blocks."""
    agent = FakeAgent(wants("echo", {"text": "loud"}))
    play(tmp_path, agent, guards={"soft": Everything(Decision(verdict="modify", arguments={"text": "quiet"}))})
    assert agent.observations[1].results[0].text == "quiet"
    other = FakeAgent(wants("echo", {"text": "loud"}))
    play(tmp_path / "b", other, guards={"soft": Everything(Decision(verdict="modify", arguments={"volume": 1}))})
    assert other.observations[1].results[0].status == "denied"


@pytest.mark.parametrize(("approves", "status"), [((), "denied"), (("^really",), "ok")])
def test_a_guard_asks_the_operator(tmp_path: Path, approves: tuple[str, ...], status: str) -> None:
    """Only a question that the operator's script approves lets the call pass; the answer takes its time."""
    agent = FakeAgent(wants("echo", {"text": "x"}))
    guard = Everything(Decision(verdict="ask", reason="really?"))
    operator = Operator(approves=approves, delay=5.0)
    envelopes = play(tmp_path, agent, guards={"ask": guard}, operator=operator)
    assert only(envelopes, PersonAsked).text == "really?"
    assert only(envelopes, PersonDecided).approved == bool(approves)
    assert agent.observations[1].results[0].status == status
    assert envelopes[-1].t >= 5.0


def test_a_guard_that_raises_blocks(tmp_path: Path) -> None:
    """What a broken guard cannot check is not done."""
    agent = FakeAgent(wants("echo", {"text": "x"}))

    class Broken(Everything):
        def decide(self, call: Call) -> Decision:
            raise KeyError("broken")

    envelopes = play(tmp_path, agent, guards={"broken": Broken()})
    assert only(envelopes, MonitorFailed).monitor == "broken"
    assert agent.observations[1].results[0].status == "denied"


def test_an_agent_that_returns_no_move_has_failed(tmp_path: Path) -> None:
    """Garbage instead of a Move ends this episode and nothing else."""

    class Garbage(FakeAgent):
        def act(self, observation: Observation) -> Move:
            return "not a move"  # type: ignore[return-value]

    envelopes = play(tmp_path, Garbage())
    assert "it returned str" in only(envelopes, AgentFailed).error
    assert only(envelopes, EpisodeEnded).reason == "agent_failed"


@pytest.mark.parametrize("argument", [object(), {1, 2}, float("nan"), b"bytes"])
def test_arguments_that_are_no_json_are_recorded_as_text(tmp_path: Path, argument: Any) -> None:
    """What cannot be written as JSON is rejected with its description, and the episode goes on."""
    agent = FakeAgent(wants("echo", {"text": argument}), Move(answer="done"))
    envelopes = play(tmp_path, agent)
    assert "no JSON" in str(only(envelopes, CallProposed).arguments)
    assert "must be a JSON object" in only(envelopes, CallRejected).reason
    assert only(envelopes, EpisodeEnded).reason == "answered"


def test_lone_surrogates_do_not_break_the_recording(tmp_path: Path) -> None:
    """Half a UTF-16 pair in an argument is replaced."""
    envelopes = play(tmp_path, FakeAgent(wants("echo", {"text": "a\ud800b"})))
    assert only(envelopes, CallProposed).arguments == {"text": "a?b"}


def test_a_factory_that_hangs_meets_the_wall_limit(tmp_path: Path) -> None:
    """An agent is made inside its episode, so that making it cannot hang the run."""
    let_go = threading.Event()

    def factory() -> Agent:
        let_go.wait(30)
        return FakeAgent()

    envelopes = play(tmp_path, LateAgent(factory), limits=Limits(wall_seconds=0.2))
    let_go.set()
    assert only(envelopes, LimitReached).limit == "wall_seconds"


def test_only_offered_tools_exist(tmp_path: Path) -> None:
    """A tool of the world that the scenario does not offer cannot be called."""
    envelopes = play(tmp_path, FakeAgent(wants("boom", {"text": ""})), offered=("echo",))
    assert "there is no tool 'boom'" in only(envelopes, CallRejected).reason


def test_a_probe_that_cannot_be_answered_says_why(tmp_path: Path) -> None:
    """A LookupError of a probe is recorded with the probe."""
    envelopes = play(tmp_path, FakeAgent(), probes={"lost": {"fact": "nowhere"}})
    assert only(envelopes, WorldProbed).error == "this world has no fact 'nowhere'"


def test_watching_may_abandon_an_episode(tmp_path: Path) -> None:
    """What the watcher raises leaves the loop, after agent and world were closed."""

    class Abandon(BaseException):
        pass

    def watch(envelope: Envelope) -> None:
        if isinstance(envelope.event, CallProposed):
            raise Abandon

    stage, agent = world(), FakeAgent(wants("echo", {"text": "x"}))
    cast = Cast(TASK, stage, agent, {}, {}, Operator(), Limits())
    recorder = Recorder(tmp_path / "episode", lambda: "now")
    with pytest.raises(Abandon):
        run_episode(cast, recorder, lambda: 0.0, watch, OPENING)
    recorder.close()
    assert stage.closed and agent.closed


@pytest.mark.parametrize(("think", "seconds"), [(None, 7.5), (Think(seconds=2.0), 6.0), (Think(seconds=0.0), 2.0)])
def test_thinking_costs_what_the_move_states_or_what_the_scenario_declares(
    tmp_path: Path, think: Think | None, seconds: float
) -> None:
    """A declared budget counts for every move, whatever the agent states; the tool's own seconds come on top."""
    in_world = world()
    moves = [wants("echo", {"text": "x"}).model_copy(update={"thought": 5.5}), Move(answer="done")]
    play(tmp_path, FakeAgent(*moves), in_world=in_world, think=think)
    assert in_world.time() == seconds
