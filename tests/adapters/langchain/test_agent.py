from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage, messages_from_dict

from hiyari.adapters.langchain.agent import fixed, graph_agent, model_agent
from hiyari.events import Blob, CallReturned, Event, PersonSaid, plain
from hiyari.people import Scripted
from hiyari.scenario.model import Limits
from hiyari.scenario.people import Person


def agent_of(model: Any, **options: Any) -> Any:
    return model_agent("test", lambda task: model, thought=fixed(0.5), **options)


def kinds(events: list[Event]) -> list[str]:
    return [event.kind for event in events]


def of_kind(events: list[Event], kind: str) -> list[Any]:
    return [event for event in events if event.kind == kind]


def test_requests_calls_and_responses_are_recorded_in_order(run: Any, saying: Any, turn: Any) -> None:
    """A request stands before its response, the response before the call it asks for, the answer last."""
    model = saying(turn(("read", {"path": "a"}), text="Let me look."), turn(text="It says hello."))
    events = run(agent_of(model), {"read": lambda a: "hello"})
    assert kinds(events) == [
        "episode.started", "task.given", "model.requested", "model.responded", "agent.said", "call.proposed",
        "call.returned", "model.requested", "model.responded", "agent.answered", "episode.ended",
    ]  # fmt: skip
    assert plain(of_kind(events, "agent.answered")[0].text) == "It says hello."
    assert plain(of_kind(events, "agent.said")[0].text) == "Let me look."
    assert [event.ordinal for event in of_kind(events, "model.requested")] == [0, 1]
    assert [(r.input_tokens, r.output_tokens) for r in of_kind(events, "model.responded")] == [(10, 5), (10, 5)]


def test_messages_are_canonical_blobs_and_shared(run: Any, saying: Any, turn: Any) -> None:
    """Equal messages of two requests are one blob, without random identifiers; the tools are one JSON array."""
    model = saying(turn(("read", {"path": "a"})), turn(text="ok"))
    first, second = of_kind(run(agent_of(model), {"read": lambda a: "hello"}), "model.requested")
    assert [json.loads(blob.read()) for blob in first.messages] == [
        {"role": "system", "content": "Be careful."},
        {"role": "user", "content": "Do it."},
    ]
    assert [blob.sha256 for blob in second.messages[:2]] == [blob.sha256 for blob in first.messages]
    assert json.loads(second.messages[3].read()) == {
        "role": "tool", "content": "hello", "name": "read", "tool_call_id": "x0", "status": "success",
    }  # fmt: skip
    assert json.loads(first.tools.read())[0]["function"]["name"] == "read"


def test_a_response_can_be_made_again(run: Any, saying: Any, turn: Any) -> None:
    """The raw response holds all a player needs to say it again."""
    said = turn(("read", {"path": "花"}), response_metadata={"model_name": "m", "x": [1]})
    responses = of_kind(run(agent_of(saying(said, turn(text="ok"))), {"read": lambda a: "x"}), "model.responded")
    (again,) = messages_from_dict([json.loads(responses[0].raw.read())])
    assert (again.tool_calls, again.response_metadata) == (said.tool_calls, said.response_metadata)


def test_equal_runs_are_recorded_equally(run: Any, saying: Any, turn: Any) -> None:
    """Nothing random gets into messages or responses."""

    def digest() -> Any:
        events = run(agent_of(saying(turn(("read", {})), turn(text="ok"))), {"read": lambda a: "x"})
        requests = [[blob.sha256 for blob in event.messages] for event in of_kind(events, "model.requested")]
        return requests, [event.raw.sha256 for event in of_kind(events, "model.responded")]

    assert digest() == digest()


def test_all_calls_of_a_turn_are_one_move_in_order(run: Any, saying: Any, turn: Any) -> None:
    """Parallel calls are carried out one after the other, in the order the model wrote them."""
    order: list[int] = []
    model = saying(turn(*(("note", {"n": n}) for n in range(5))), turn(text="ok"))
    events = run(agent_of(model), {"note": lambda a: order.append(a["n"]) or f"noted {a['n']}"}, limits=Limits(moves=2))
    assert order == [0, 1, 2, 3, 4]
    assert of_kind(events, "agent.answered")
    results = [message for message in model.seen[1] if isinstance(message, ToolMessage)]
    assert [(message.tool_call_id, message.content) for message in results] == [
        (f"x{n}", f"noted {n}") for n in range(5)
    ]


def test_unknown_tools_and_wrong_arguments_reach_the_episode(run: Any, saying: Any, turn: Any) -> None:
    """They are proposed as they were written, rejected with the nearest name, and the model reads why."""
    schema = {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}
    model = saying(turn(("raed", {"path": "a"}), ("read", {"path": 5}), ("read", {})), turn(text="ok"))
    events = run(agent_of(model), {"read": lambda a: "hello"}, schemas={"read": schema})
    assert [(e.tool, e.arguments) for e in of_kind(events, "call.proposed")] == [
        ("raed", {"path": "a"}), ("read", {"path": 5}), ("read", {}),
    ]  # fmt: skip
    assert len(of_kind(events, "call.rejected")) == 3
    read = [str(message.content) for message in model.seen[1] if isinstance(message, ToolMessage)]
    assert "did you mean read" in read[0]
    assert "path" in read[2]


def test_arguments_that_are_no_json_are_a_malformed_call(run: Any, saying: Any) -> None:
    """What LangChain cannot parse is not lost: the episode sees the text."""
    broken = {"name": "read", "args": '{"path": ', "id": None, "error": "x", "type": "invalid_tool_call"}
    model = saying(AIMessage("", invalid_tool_calls=[broken]), AIMessage("ok"))
    events = run(agent_of(model), {"read": lambda a: "hello"})
    (proposed,) = of_kind(events, "call.proposed")
    assert proposed.arguments == '{"path": '
    assert "JSON object" in of_kind(events, "call.rejected")[0].reason
    assert of_kind(events, "agent.answered")


def test_calls_that_share_an_identifier_are_told_apart(run: Any, saying: Any) -> None:
    """Servers that number every call the same still get each its own result."""
    call = {"name": "note", "id": "same", "type": "tool_call"}
    model = saying(AIMessage("", tool_calls=[{**call, "args": {"n": 1}}, {**call, "args": {"n": 2}}]), AIMessage("ok"))
    run(agent_of(model), {"note": lambda a: str(a["n"])})
    results = [message for message in model.seen[1] if isinstance(message, ToolMessage)]
    assert [message.content for message in results] == ["1", "2"]
    assert len({message.tool_call_id for message in results}) == 2


def test_tokens_and_thinking_time_count(run: Any, saying: Any, turn: Any) -> None:
    """The episode's token limit and its clock see what the model spent."""
    model = saying(*(turn(("read", {})) for _ in range(10)))
    events = run(agent_of(model), {"read": lambda a: "x"}, limits=Limits(tokens=40))
    assert of_kind(events, "limit.reached")[0].limit == "tokens"
    assert len(of_kind(events, "call.returned")) == 2


def test_a_model_that_never_stops_is_stopped(run: Any, saying: Any, turn: Any) -> None:
    """A limit ends the graph, and its thread with it."""
    events = run(
        agent_of(saying(*(turn(("read", {})) for _ in range(9)))), {"read": lambda a: "x"}, limits=Limits(calls=4)
    )
    assert events[-1].reason == "limit"
    assert not any("hiyari agent" in thread.name for thread in threading.enumerate())


def test_a_failing_provider_is_an_agent_failure(
    run: Any, saying: Any, turn: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The failure is recorded without the key that the provider repeats, in event, detail and traceback."""
    monkeypatch.setenv("SOME_API_KEY", "sk-very-secret-value")
    model = saying(turn(("read", {})), RuntimeError("401: wrong key sk-very-secret-value"))
    events = run(agent_of(model), {"read": lambda a: "x"})
    assert plain(of_kind(events, "model.failed")[0].error) == "RuntimeError: 401: wrong key [SOME_API_KEY]"
    (failed,) = of_kind(events, "agent.failed")
    assert "401" in failed.error
    assert events[-1].reason == "agent_failed"
    assert not any("sk-very-secret-value" in event.model_dump_json() for event in events)
    assert "sk-very-secret-value" not in plain(failed.traceback)


def test_images_reach_the_model_and_are_left_out_on_request(run: Any, saying: Any, turn: Any) -> None:
    """An image follows the tool's result as a message of the user; a blind model is told there was one."""

    def look(arguments: Any) -> Any:
        yield CallReturned(call="c1", status="ok", text="", images=(Blob.of(b"png bytes"),))

    model = saying(turn(("look", {})), turn(text="ok"))
    run(agent_of(model), {"look": look})
    last = model.seen[1][-1]
    assert isinstance(last, HumanMessage)
    assert last.content[1] == {"type": "image", "base64": "cG5nIGJ5dGVz", "mime_type": "image/png"}
    blind = saying(turn(("look", {})), turn(text="ok"))
    run(agent_of(blind, images=False), {"look": look})
    assert blind.seen[1][-1].content == "(1 image(s) from look, not shown)"


def test_what_people_say_reaches_the_model(run: Any, saying: Any, turn: Any) -> None:
    """It comes as a message of the user after the results."""

    def ask(arguments: Any) -> Any:
        yield PersonSaid(person="operator", text="Not now.")
        yield CallReturned(call="c1", status="ok", text="asked")

    model = saying(turn(("ask", {})), turn(text="ok"))
    run(agent_of(model), {"ask": ask})
    assert [type(message) for message in model.seen[1]] == [
        SystemMessage, HumanMessage, AIMessage, ToolMessage, HumanMessage,
    ]  # fmt: skip
    assert model.seen[1][-1].content == "operator: Not now."


@pytest.mark.parametrize(
    "answer",
    [
        AIMessage("", additional_kwargs={"refusal": "I can't"}),
        AIMessage("no", response_metadata={"stop_reason": "refusal"}),
    ],
)
def test_a_refusal_the_provider_marks_is_a_refusal(run: Any, saying: Any, answer: AIMessage) -> None:
    """Only the provider's own mark counts; words are for the rubric."""
    assert of_kind(run(agent_of(saying(answer)), {}), "agent.answered")[0].refused
    assert not of_kind(run(agent_of(saying(AIMessage("I can't"))), {}), "agent.answered")[0].refused


def test_a_graph_of_your_own_is_recorded_too(run: Any, saying: Any, turn: Any) -> None:
    """Its requests are recorded by a callback, its calls pass through the episode, odd argument names included."""
    model = saying(turn(("read", {"config": 1, "self": 2})), turn(("raed", {})), turn(text="done"))
    agent = graph_agent(lambda tools, task: create_agent(model, tools, system_prompt=task.system), thought=fixed(0.5))
    events = run(agent, {"read": lambda a: json.dumps(a)})
    assert [(e.tool, e.arguments) for e in of_kind(events, "call.proposed")] == [("read", {"config": 1, "self": 2})]
    assert len(of_kind(events, "model.requested")) == len(of_kind(events, "model.responded")) == 3
    assert plain(of_kind(events, "agent.answered")[0].text) == "done"


def test_a_graph_that_returns_nonsense_is_an_agent_failure(run: Any) -> None:
    """The last message must be a message."""

    class Nonsense:
        def invoke(self, *arguments: Any, **more: Any) -> Any:
            return {"messages": ["text"]}

    events = run(graph_agent(lambda tools, task: Nonsense()), {})  # type: ignore[arg-type, return-value]
    assert "expected a LangChain message" in of_kind(events, "agent.failed")[0].error


def curious(times: int = 1) -> list[Any]:
    """A user who asks for more after each of the first answers."""
    rule = {"when": {"answered": ""}, "times": times, "do": [{"say": "And the second?"}]}
    spec = Person.model_validate({"role": "user", "name": "Sato", "script": {"states": {"a": [rule]}}})
    return [Scripted("sato", spec, language="en", seed=1)]


def test_a_conversation_keeps_its_history(run: Any, saying: Any, turn: Any) -> None:
    """When the user goes on, the model sees all that was done and said before; requests are numbered on."""
    lines = (turn(("read", {"path": "a"})), turn(text="First."), turn(("read", {"path": "b"})), turn(text="Second."))
    model = saying(*lines)
    events = run(agent_of(model), {"read": lambda a: a["path"]}, people=curious())
    assert [plain(event.text) for event in of_kind(events, "agent.answered")] == ["First.", "Second."]
    assert [str(message.text) for message in model.seen[-1]] == [
        "Be careful.", "Do it.", "", "a", "First.", "Sato: And the second?", "", "b",
    ]  # fmt: skip
    assert [event.ordinal for event in of_kind(events, "model.requested")] == [0, 1, 2, 3]


def test_a_graph_of_ones_own_keeps_its_history(run: Any, saying: Any, turn: Any) -> None:
    """It is invoked again with all messages of its state and what was said."""
    model = saying(turn(text="First."), turn(text="Second."))
    agent = graph_agent(lambda tools, task: create_agent(model, tools), thought=fixed(0.0))
    events = run(agent, {}, people=curious())
    assert [plain(event.text) for event in of_kind(events, "agent.answered")] == ["First.", "Second."]
    assert [str(message.text) for message in model.seen[-1]] == ["Do it.", "First.", "Sato: And the second?"]
