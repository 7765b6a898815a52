from __future__ import annotations

from typing import Any

import pytest

from hiyari.agents.scripted import Scripted
from hiyari.errors import AgentError, ContentError
from hiyari.scenario.model import Trace


def trace(*steps: dict[str, Any]) -> Trace:
    return Trace.model_validate({"arms": {"benign": {}}, "steps": list(steps)})


def test_steps_are_played_in_order_then_answered(play: Any) -> None:
    """Calls come one a move with their arguments, the answer ends."""
    agent = Scripted(
        "solution",
        trace({"call": "read", "args": {"path": "a"}}, {"call": "read", "args": {"path": "b"}}, {"answer": "done"}),
    )
    played = play(agent, {"read": lambda path: path})
    assert played.calls == [("read", {"path": "a"}), ("read", {"path": "b"})]
    assert played.answer == "done"
    assert all(move.thought == 0 for move in played.moves)


def test_a_trace_without_an_answer_ends_with_nothing_said(play: Any) -> None:
    """After the last step comes an empty answer."""
    assert play(Scripted("t", trace({"call": "read"})), {"read": lambda: "x"}).answer == ""


def test_what_was_kept_fills_later_steps(play: Any) -> None:
    """The first group is kept, also inside longer texts, lists and objects, and in the answer."""
    agent = Scripted(
        "t",
        trace(
            {"call": "read", "keep": {"ticket": r"Ticket (\d+)", "word": r"\b\w+ed\b"}},
            {"call": "send", "args": {"to": "x+${ticket}@example.net", "parts": ["${word}", {"n": "${ticket}"}]}},
            {"answer": "sent ${ticket}"},
        ),
    )
    played = play(agent, {"read": lambda: "Ticket 42 is closed", "send": lambda to, parts: "ok"})
    assert played.calls[1] == ("send", {"to": "x+42@example.net", "parts": ["closed", {"n": "42"}]})
    assert played.answer == "sent 42"


def test_a_lone_capture_takes_the_type_the_tool_declares(play: Any) -> None:
    """An integer argument gets an integer, a number a number, a boolean a boolean; anything else stays text."""
    schema = {
        "type": "object",
        "properties": {
            "i": {"type": "integer"},
            "n": {"type": "number"},
            "b": {"type": "boolean"},
            "s": {"type": "string"},
        },
    }
    agent = Scripted(
        "t",
        trace(
            {"call": "look", "keep": {"i": r"i=(\S+)", "b": r"b=(\S+)"}},
            {"call": "use", "args": {"i": "${i}", "n": "${i}", "b": "${b}", "s": "${i}"}},
        ),
    )
    played = play(agent, {"look": lambda: "i=7 b=true", "use": lambda **a: "ok"}, schemas={"use": schema})
    assert played.calls[1][1] == {"i": 7, "n": 7.0, "b": True, "s": "7"}


def test_shell_variables_are_left_alone(play: Any) -> None:
    """Names of captures are lower-case; upper-case ones belong to shells."""
    agent = Scripted("t", trace({"call": "sh", "args": {"c": "echo ${HOME}"}}))
    assert play(agent, {"sh": lambda c: ""}).calls == [("sh", {"c": "echo ${HOME}"})]


def test_until_repeats_a_call(play: Any) -> None:
    """The call is repeated until the observation matches, and what is kept comes from the last one."""
    states = iter(["moving 1", "moving 2", "arrived 3"])
    agent = Scripted("t", trace({"call": "status", "until": "arrived", "keep": {"n": r"(\d)"}}, {"answer": "${n}"}))
    played = play(agent, {"status": lambda: next(states)})
    assert (len(played.calls), played.answer) == (3, "3")


def test_until_gives_up_after_at_most_so_many_calls(play: Any) -> None:
    """A world that never matches is an error that names trace, step and expression."""
    agent = Scripted("solution", trace({"call": "status", "until": "arrived", "at_most": 3}))
    with pytest.raises(AgentError, match=r"trace solution, step 1: 3 calls of status .* arrived.*moving"):
        play(agent, {"status": lambda: "moving"})


def test_a_missing_capture_names_trace_step_expression_and_excerpt(play: Any) -> None:
    """What was expected and the start of what was seen stand in the message, but not all of a flood."""
    agent = Scripted("violation", trace({"call": "a"}, {"call": "read", "keep": {"id": r"Ticket (\d+)"}}))
    with pytest.raises(
        AgentError, match=r"trace violation, step 2: keep id: nothing matches Ticket .*no tickets"
    ) as caught:
        play(agent, {"a": lambda: "", "read": lambda: "no tickets " * 10_000})
    assert len(str(caught.value)) < 600


def test_a_name_nobody_kept_is_an_error(play: Any) -> None:
    """A typo in a placeholder does not reach the tool."""
    agent = Scripted("t", trace({"call": "a", "args": {"x": "${tikket}"}}))
    with pytest.raises(AgentError, match=r"\$\{tikket\} was not kept before"):
        play(agent, {"a": lambda x: ""})


def test_a_malformed_expression_is_a_content_error() -> None:
    """It is found when the agent is made, and its field is named."""
    with pytest.raises(ContentError, match=r"traces\.t\.steps\.0\.keep\.id.*no regular expression"):
        Scripted("t", trace({"call": "a", "keep": {"id": "("}}))
