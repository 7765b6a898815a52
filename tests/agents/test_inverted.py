from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from hiyari.agent import Move, Observation, Task, Wanted
from hiyari.agents.inverted import Closed, Inside, Inverted
from hiyari.errors import AgentError, EngineError, ReplayDivergence
from hiyari.events import AgentSaid, CallReturned, plain

TASK = Task(text="x", system="", language="en", seed=0)
DONE = Observation(results=(CallReturned(call="c0", status="ok", text="ok"),))


def wanted(tool: str = "t") -> Move:
    return Move(calls=(Wanted(tool=tool, arguments={}),))


def alive(name: str) -> bool:
    return any(name in thread.name for thread in threading.enumerate())


def test_every_move_is_handed_over_and_waited_for(play: Any) -> None:
    """The loop sees the observation of each move before its next one, and its last move ends it."""

    def loop(inside: Inside) -> Move:
        texts = [plain(inside.hand(wanted("count")).results[0].text) for _ in range(3)]
        return Move(answer=" ".join(texts))

    numbers = iter("123")
    played = play(Inverted("loop", loop), {"count": lambda: next(numbers)})
    assert len(played.moves) == 4
    assert played.answer == "1 2 3"


def test_what_people_said_before_the_first_move_is_seen(play: Any) -> None:
    """The first observation is given to the loop."""
    agent = Inverted("loop", lambda inside: Move(answer=plain(inside.first.said[0].text)))
    assert play(agent, said="hello").answer == "hello"


def test_records_come_in_the_order_of_the_loop(play: Any) -> None:
    """What the loop records between two moves is written before the second one."""
    seen: list[str] = []

    def loop(inside: Inside) -> Move:
        inside.record(AgentSaid(text="before"))
        inside.hand(wanted())
        inside.record(AgentSaid(text="after"))
        return Move(answer="")

    played = play(Inverted("loop", loop), {"t": lambda: seen.append("call") or "ok"})
    assert [event.text for event in played.events] == ["before", "after"]


def test_a_crash_surfaces_as_agent_error(play: Any) -> None:
    """Type and message of what the loop raised are in the AgentError, and the thread is gone."""

    def loop(inside: Inside) -> Move:
        inside.hand(wanted())
        raise KeyError("lost")

    with pytest.raises(AgentError, match="crashing raised KeyError: 'lost'") as caught:
        play(Inverted("crashing", loop), {"t": lambda: "ok"})
    assert isinstance(caught.value.__cause__, KeyError)
    assert not alive("crashing")


def test_an_agent_that_exits_the_process_only_ends_itself(play: Any) -> None:
    """SystemExit in the loop is an AgentError too."""

    def loop(inside: Inside) -> Move:
        raise SystemExit(3)

    with pytest.raises(AgentError, match="SystemExit"):
        play(Inverted("exiting", loop))


def test_an_endless_loop_of_calls_ends_at_close(play: Any) -> None:
    """The episode stops asking, closes, and the thread ends inside its next call."""
    ended: list[str] = []

    def loop(inside: Inside) -> Move:
        try:
            while True:
                inside.hand(wanted())
        except Closed:
            ended.append("closed")
            raise

    played = play(Inverted("endless", loop), {"t": lambda: "ok"}, most=5)
    assert len(played.moves) == 5
    assert ended == ["closed"]
    assert not alive("endless")


def test_a_loop_that_catches_exceptions_cannot_swallow_the_end(play: Any) -> None:
    """Closed is no Exception."""

    def loop(inside: Inside) -> Move:
        while True:
            try:
                inside.hand(wanted())
            except Exception:
                continue

    play(Inverted("stubborn", loop), {"t": lambda: "ok"}, most=3)
    assert not alive("stubborn")


def test_an_agent_that_thinks_for_ever_runs_out_of_patience_and_is_interrupted() -> None:
    """A busy loop without calls is an AgentError after its patience, and close interrupts it."""

    def loop(inside: Inside) -> Move:
        while True:
            time.sleep(0.001)

    agent = Inverted("thinker", loop, patience=0.05)
    agent.start(TASK, (), lambda event: None)
    with pytest.raises(AgentError, match=r"thinker made no move within 0\.05 s"):
        agent.act(Observation())
    agent.close()
    assert not alive("thinker")


def test_nothing_is_recorded_after_the_end() -> None:
    """A loop that was given up on can write no more events."""
    release = threading.Event()
    events: list[Any] = []

    def loop(inside: Inside) -> Move:
        release.wait(5)
        inside.record(AgentSaid(text="too late"))
        return Move(answer="")

    agent = Inverted("late", loop, patience=0.05)
    agent.start(TASK, (), events.append)
    with pytest.raises(AgentError):
        agent.act(Observation())
    release.set()
    agent.close()
    assert events == []
    assert not alive("late")


@pytest.mark.parametrize("failure", [EngineError("disk full"), ReplayDivergence("left the tape")])
def test_a_failing_recorder_is_not_blamed_on_the_agent(play: Any, failure: BaseException) -> None:
    """What record raises comes out of act as it is, even if the loop tries to hide it."""

    def loop(inside: Inside) -> Move:
        try:
            inside.record(AgentSaid(text="x"))
        except BaseException:
            raise RuntimeError("my own") from None
        return Move(answer="")

    def record(event: Any) -> None:
        raise failure

    agent = Inverted("writer", loop)
    agent.start(TASK, (), record)
    with pytest.raises(type(failure)) as caught:
        agent.act(Observation())
    agent.close()
    assert caught.value is failure


def test_an_agent_that_has_answered_cannot_be_asked_again() -> None:
    """After its last move an agent is over, and says so at once."""
    agent = Inverted("short", lambda inside: Move(answer="done"))
    agent.start(TASK, (), lambda event: None)
    assert agent.act(Observation()).answer == "done"
    with pytest.raises(AgentError, match="already ended"):
        agent.act(DONE)
    agent.close()


def test_close_before_the_first_move_and_twice_is_fine() -> None:
    """Closing needs no thread."""
    agent = Inverted("never", lambda inside: Move(answer=""))
    agent.close()
    agent.close()


def test_calls_from_several_threads_take_turns(play: Any) -> None:
    """A loop may use threads: each call still gets its own observation."""
    answers: dict[str, str] = {}

    def loop(inside: Inside) -> Move:
        def work(name: str) -> None:
            answers[name] = plain(
                inside.hand(Move(calls=(Wanted(tool="echo", arguments={"text": name}),))).results[0].text
            )

        threads = [threading.Thread(target=work, args=(str(n),)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return Move(answer="done")

    play(Inverted("threads", loop), {"echo": lambda text: text})
    assert answers == {str(n): str(n) for n in range(8)}
