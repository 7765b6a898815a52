"""The loop: observation, move, calls, events, until the agent answers or something ends the episode."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from hiyari.agent import Agent, Call, Move, Observation, Task, Wanted
from hiyari.agents.patience import OutOfPatience, Patience
from hiyari.errors import AgentError, EngineError
from hiyari.events import (
    AgentAnswered,
    AgentFailed,
    AgentSaid,
    Blob,
    CallProposed,
    CallRejected,
    CallReturned,
    Envelope,
    EpisodeEnded,
    Event,
    GuardDecided,
    Json,
    LimitReached,
    TaskGiven,
    WorldProbed,
    held,
)
from hiyari.monitor import Decision, Guard, Monitor
from hiyari.person import Person
from hiyari.recording import Recorder
from hiyari.scenario.limits import Limits, Think
from hiyari.scenario.model import Operator
from hiyari.world import World

from .calls import Toolbox, as_json
from .company import Company
from .course import Course
from .log import Log, Watch

Clock = Callable[[], float]
"""Monotonic wall seconds, for the wall limit only."""


@dataclass(frozen=True)
class Cast:
    """Everything that takes part in an episode."""

    task: Task
    """What the agent is asked."""
    world: World
    """What it acts on."""
    agent: Agent
    """The thing under test."""
    monitors: Mapping[str, Monitor]
    """Who watches, by name."""
    guards: Mapping[str, Guard]
    """Who watches and may stop a call, by name."""
    operator: Operator
    """Who is asked when a guard wants approval."""
    limits: Limits
    """When to end whatever happens."""
    offered: tuple[str, ...] | None = None
    """Tools, or servers with all their tools, that the agent is offered; all of the world's when none is named."""
    probes: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    """Facts to look up in the final world, by name."""
    people: Sequence[Person] = ()
    """Simulated users and colleagues."""
    think: Think | None = None
    """Virtual time that each move costs; what the agent states with it when none is declared."""


class _Stop(Exception):
    def __init__(self, reason: Literal["answered", "limit", "agent_failed", "engine_failed"], detail: str = "") -> None:
        self.event = EpisodeEnded(reason=reason, detail=detail)


def run_episode(cast: Cast, recorder: Recorder, clock: Clock, watch: Watch | None, opening: Event) -> list[Envelope]:
    """Run one episode and return its events. Closes the agent and the world, whatever happens.

    Args:
        cast: Everything that takes part.
        recorder: Where it is recorded.
        clock: Monotonic wall seconds.
        watch: Told of every event, or none; what it raises abandons the episode.
        opening: The EpisodeStarted event.

    Raises:
        ContentError: If the world or a tool is wrong in a way its author can fix.
    """
    log = Log(recorder, {**cast.monitors, **cast.guards}, watch)
    episode = _Episode(cast, log, clock)
    log.emit(opening, actor="harness")
    try:
        try:
            episode.play()
        except _Stop as stop:
            end = stop.event
        except EngineError as error:
            end = EpisodeEnded(reason="engine_failed", detail=str(error))
        else:
            end = EpisodeEnded(reason="answered")
        episode.wind_up(end)
        log.last_words()
    finally:
        episode.close()
    return log.envelopes


class _Episode:
    def __init__(self, cast: Cast, log: Log, clock: Clock) -> None:
        self.cast, self.log, self._clock = cast, log, clock
        self._began = clock()
        self._calls = self._moves = self._tokens = 0
        self._course = Course(cast.world, log)
        self._company = Company(cast.people, self._course)
        self._patience: Patience[Move | None] = Patience()
        self._over = False

    def play(self) -> None:
        """Reset the world and let the agent act until it answers and nobody goes on."""
        cast, world = self.cast, self.cast.world
        self._course.record(world.reset(cast.task.seed), "world")
        self.log.tell_time_by(world.time)
        offered = cast.offered
        tools = [spec for spec in world.tools() if offered is None or spec.name in offered or spec.server in offered]
        self._toolbox = Toolbox(tools)
        listing = json.dumps([spec.model_dump() for spec in tools], ensure_ascii=False, sort_keys=True).encode()
        self.log.emit(
            TaskGiven(text=held(cast.task.text), system=held(cast.task.system), tools=Blob.of(listing)), actor="harness"
        )
        self._company.begin()
        self._ask_agent(lambda: cast.agent.start(cast.task, tools, self._record))
        observation = Observation(said=self._course.take_said())
        while True:
            self._within("moves", self._moves, cast.limits.moves)
            self._moves += 1
            move = self._ask_agent(lambda seen=observation: _a_move(cast.agent.act(seen)))  # type: ignore[misc]
            assert move is not None
            observation = self._carry_out(move)

    def wind_up(self, end: EpisodeEnded) -> None:
        """Record the end, and unless the engine failed, the last events and probes of the world."""
        self._over = True
        world = self.cast.world
        if end.reason == "engine_failed":
            self.log.emit(end, actor="harness")
            return
        try:
            self._course.record(world.finish(), "world")
        except EngineError as error:
            self.log.emit(EpisodeEnded(reason="engine_failed", detail=str(error)), actor="harness")
            return
        self.log.emit(end, actor="harness")
        for name, query in self.cast.probes.items():
            try:
                probed = WorldProbed(probe=name, result=world.probe(query))
            except LookupError as error:
                probed = WorldProbed(probe=name, result=None, error=str(error.args[0] if error.args else error))
            except EngineError as error:
                self.log.emit(EpisodeEnded(reason="engine_failed", detail=str(error)), actor="harness")
                return
            self.log.emit(probed, actor="harness")

    def close(self) -> None:
        """Release the agent and the world."""
        self._over = True
        self._patience.close()
        try:
            self.cast.agent.close()
        except Exception as error:
            self.log.emit(AgentFailed(error=f"at close: {type(error).__name__}: {error}"), actor="agent")
        finally:
            try:
                self._company.close()
            finally:
                self.cast.world.close()

    def _ask_agent(self, function: Callable[[], Move | None]) -> Move | None:
        allowed = self.cast.limits.wall_seconds
        left = allowed - (self._clock() - self._began)
        try:
            return self._patience.do(function, left)
        except OutOfPatience:
            self._reach("wall_seconds", allowed)
            raise
        except EngineError:
            raise
        except Exception as error:
            text = str(error) if isinstance(error, AgentError) else f"{type(error).__name__}: {error}"
            trace = "".join(traceback.format_exception(error))
            self.log.emit(AgentFailed(error=text, traceback=held(trace)), actor="agent")
            raise _Stop("agent_failed", text) from error

    def _carry_out(self, move: Move) -> Observation:
        limits = self.cast.limits
        self._tokens += move.tokens
        thought = move.thought if self.cast.think is None else self.cast.think.seconds
        if thought > 0:
            self._company.wait(thought)
        if move.said:
            self.log.emit(AgentSaid(text=held(move.said)), actor="agent")
        if move.answer is not None or not move.calls:
            self.log.emit(AgentAnswered(text=held(move.answer or ""), refused=move.refused), actor="agent")
            self._company.moved()
            if not self._company.continues(limits.simulated_seconds):
                raise _Stop("answered")
            return Observation(said=self._course.take_said())
        self._within("tokens", self._tokens, limits.tokens)
        results = []
        for wanted in move.calls:
            self._within("calls", self._calls, limits.calls)
            self._within("wall_seconds", self._clock() - self._began, limits.wall_seconds)
            self._within("simulated_seconds", self.cast.world.time(), limits.simulated_seconds)
            self._calls += 1
            results.append(self._call(wanted))
            self._company.act()
        self._company.moved()
        return Observation(results=tuple(results), said=self._course.take_said())

    def _call(self, wanted: Wanted) -> CallReturned:
        call = Call(id=f"c{self._calls}", tool=as_json(wanted.tool), arguments=as_json(wanted.arguments))
        proposed = self.log.emit(CallProposed(call=call.id, tool=call.tool, arguments=call.arguments), actor="agent")
        objection = self._toolbox.objection(call)
        if objection is not None:
            self.log.emit(CallRejected(call=call.id, reason=objection), actor="harness", cause=proposed.seq)
            return self._answer(call, "error", f"Error: {objection}", proposed.seq)
        for name, guard in self.cast.guards.items():
            decision = self._decide(name, guard, call)
            if decision.verdict == "modify":
                changed = call.model_copy(update={"arguments": decision.arguments})
                self._note(name, call, decision, proposed.seq)
                objection = self._toolbox.objection(changed)
                if objection is None:
                    call = changed
                    continue
                decision = Decision(verdict="block", reason=f"the guard's change does not fit the tool: {objection}")
            if decision.verdict == "allow":
                continue
            self._note(name, call, decision, proposed.seq)
            words = ""
            if decision.verdict == "ask":
                operator, language = self.cast.operator, self.cast.task.language
                approved, words = self._company.decide(operator, language, name, decision.reason, proposed.seq)
                if approved:
                    continue
            told = "; ".join(part for part in (decision.reason, words) if part)
            return self._answer(call, "denied", f"Denied by {name}: {told}", proposed.seq)
        last = self._course.record(self.cast.world.step(call), "world", proposed.seq)
        if not isinstance(last, CallReturned) or last.call != call.id:
            raise EngineError(f"the world ended the call of {call.tool} without an observation")
        return last

    def _decide(self, name: str, guard: Guard, call: Call) -> Decision:
        try:
            return guard.decide(call)
        except Exception as error:
            self.log.monitor_failed(name, error)
            return Decision(verdict="block", reason="the guard failed, and what it cannot check is not done")

    def _note(self, name: str, call: Call, decision: Decision, cause: int) -> None:
        assert decision.verdict != "allow"
        event = GuardDecided(
            guard=name, call=call.id, decision=decision.verdict, reason=decision.reason, arguments=decision.arguments
        )
        self.log.emit(event, actor=f"guard:{name}", cause=cause)

    def _answer(self, call: Call, status: Literal["error", "denied"], text: str, cause: int) -> CallReturned:
        returned = CallReturned(call=call.id, status=status, text=held(text))
        self.log.emit(returned, actor="harness", cause=cause)
        return returned

    def _record(self, event: Event) -> None:
        if not self._over:
            self.log.emit(event, actor="agent")

    def _within(
        self,
        limit: Literal["calls", "moves", "tokens", "wall_seconds", "simulated_seconds"],
        used: float,
        allowed: float,
    ) -> None:
        if used >= allowed:
            self._reach(limit, allowed)

    def _reach(
        self, limit: Literal["calls", "moves", "tokens", "wall_seconds", "simulated_seconds"], allowed: float
    ) -> None:
        self.log.emit(LimitReached(limit=limit, allowed=allowed), actor="harness")
        raise _Stop("limit", limit)


def _a_move(move: object) -> Move:
    if not isinstance(move, Move):
        raise AgentError(f"act must return a hiyari.agent.Move; it returned {type(move).__name__}")
    return move
