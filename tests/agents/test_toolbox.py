from __future__ import annotations

from typing import Any

import pytest

from hiyari.agent import Move, Observation, Task
from hiyari.agents.toolbox import Toolbox, function_agent
from hiyari.errors import AgentError
from hiyari.events import Blob, CallReturned, PersonSaid


def test_a_function_is_an_agent(play: Any) -> None:
    """It calls tools by name, reads their text and returns the answer."""

    def agent(task: Task, tools: Toolbox) -> str:
        assert [spec.name for spec in tools.specs] == ["read"]
        return f"{task.text} {tools.call('read', path='a.txt')}"

    played = play(function_agent("mine", agent), {"read": lambda path: f"<{path}>"})
    assert played.calls == [("read", {"path": "a.txt"})]
    assert played.answer == "Do it. <a.txt>"


def test_an_async_function_is_an_agent(play: Any) -> None:
    """A coroutine function is run to its end."""

    async def agent(task: Task, tools: Toolbox) -> str:
        return tools.call("read").text

    assert play(function_agent("mine", agent), {"read": lambda: "x"}).answer == "x"


def test_several_calls_can_be_one_move(play: Any) -> None:
    """They are handed over together and come back in their order."""

    def agent(task: Task, tools: Toolbox) -> str:
        assert tools.call_all([]) == []
        return "".join(result.text for result in tools.call_all([("echo", {"t": "a"}), ("echo", {"t": "b"})]))

    played = play(function_agent("mine", agent), {"echo": lambda t: t})
    assert len(played.moves) == 2
    assert played.answer == "ab"


def test_failed_calls_do_not_raise(play: Any) -> None:
    """Unknown tools and wrong arguments reach the episode as they were written and come back as errors."""

    def agent(task: Task, tools: Toolbox) -> str:
        return f"{tools.call('nonsense', x=1).status} {tools.call('').ok}"

    played = play(function_agent("mine", agent), {"read": lambda: "x"})
    assert played.calls == [("nonsense", {"x": 1}), ("", {})]
    assert played.answer == "error False"


def test_a_function_can_decline(play: Any) -> None:
    """A Move without calls is taken as it is."""
    agent = function_agent("mine", lambda task, tools: Move(answer="no", refused=True))
    assert play(agent).moves == [Move(answer="no", refused=True)]


def test_nothing_returned_is_an_empty_answer(play: Any) -> None:
    """None is no error."""
    assert play(function_agent("mine", lambda task, tools: None)).answer == ""


def test_anything_else_returned_is_an_agent_error(play: Any) -> None:
    """A number is no answer."""
    with pytest.raises(AgentError, match="mine returned int; expected the answer as text"):
        play(function_agent("mine", lambda task, tools: 42))


def test_images_and_people_reach_the_function() -> None:
    """PNG bytes are in the result; what people said can be asked for once."""
    seen: list[Any] = []

    def agent(task: Task, tools: Toolbox) -> str:
        seen.append(tools.call("look").images)
        seen.append(tools.heard())
        seen.append(tools.heard())
        return ""

    made = function_agent("mine", agent)
    made.start(Task(text="", system="", language="en", seed=0), (), lambda event: None)
    made.act(Observation(said=(PersonSaid(person="user", text="hi"),)))
    image = CallReturned(call="c0", status="ok", text="", images=(Blob.of(b"png"),))
    made.act(Observation(results=(image,), said=(PersonSaid(person="operator", text="stop"),)))
    made.close()
    assert seen == [(b"png",), ["user: hi", "operator: stop"], []]
