"""An agent made of a chat model: LangChain's ``create_agent``, with every call handed to the episode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.tools import BaseTool

from hiyari.agent import Move, Task
from hiyari.agents.inverted import Inside, Inverted
from hiyari.agents.toolbox import Toolbox
from hiyari.errors import AgentError

from .boundary import Boundary, Thought, spoken
from .recorder import Recorder
from .tape import Redact, redactor
from .tools import as_tools


def as_measured(requests: int, seconds: float) -> float:
    """Let as much virtual time pass as the provider took, to a tenth of a second."""
    return round(seconds, 1)


def fixed(each: float) -> Thought:
    """Let the same virtual time pass for every request, so that episodes of one seed keep the same clock."""
    return lambda requests, seconds: requests * each


def model_agent(
    name: str,
    model: Callable[[Task], BaseChatModel],
    *,
    thought: Thought = as_measured,
    images: bool = True,
    redact: Redact | None = None,
    patience: float = 600.0,
) -> Inverted:
    """Make an agent of a chat model.

    Args:
        name: Name for messages.
        model: Makes the chat model for a task.
        thought: Virtual seconds of model requests.
        images: Whether the model is shown images.
        redact: Hides secrets in what is recorded; those of the environment when left out.
        patience: Wall seconds to wait for each move.
    """
    hide = redact or redactor()

    def loop(inside: Inside) -> Move:
        recorder = Recorder(inside.record, hide)
        boundary = Boundary(inside, recorder, thought, images=images)
        graph = create_agent(
            model(inside.task),
            as_tools(Toolbox(inside)),
            system_prompt=inside.task.system or None,
            middleware=[boundary],
        )
        return _converse(name, graph, inside, recorder, hide, boundary.measure)

    return Inverted(name, loop, patience=patience)


def graph_agent(
    build: Callable[[list[BaseTool], Task], Runnable[Any, Any]],
    *,
    name: str = "graph",
    thought: Thought = as_measured,
    patience: float = 600.0,
) -> Inverted:
    """Make an agent of a LangChain or LangGraph runnable of your own; all its model requests are recorded.

    Args:
        build: Makes the runnable for the tools of an episode and its task. It is invoked with
            ``{"messages": [...]}`` and must return a state whose last message is the answer; when somebody goes on
            with the conversation, again with all messages of that state and what was said.
        name: Name for messages.
        thought: Virtual seconds of model requests.
        patience: Wall seconds to wait for each move.
    """
    hide = redactor()

    def loop(inside: Inside) -> Move:
        recorder = Recorder(inside.record, hide)

        def hand(move: Move) -> Any:
            return inside.hand(move.model_copy(update=measure()))

        def measure() -> dict[str, Any]:
            requests, tokens, seconds = recorder.take()
            return {"tokens": tokens, "thought": thought(requests, seconds)}

        box = Toolbox(Inside(inside.task, inside.tools, inside.first, inside.record, hand))
        return _converse(name, build(as_tools(box), inside.task), inside, recorder, hide, measure)

    return Inverted(name, loop, patience=patience)


def _converse(
    name: str,
    graph: Runnable[Any, Any],
    inside: Inside,
    recorder: Recorder,
    redact: Redact,
    measure: Callable[[], dict[str, Any]],
) -> NoReturn:
    """Answer, and go on with the whole history as long as somebody says something; ends by Closed."""
    messages: list[BaseMessage] = [HumanMessage(inside.task.text)]
    while True:
        messages = _run(name, graph, messages, recorder, redact)
        last = messages[-1]
        observation = inside.hand(Move(answer=str(last.text), refused=_declined(last), **measure()))
        messages = [*messages, *spoken(observation)]


def _run(
    name: str, graph: Runnable[Any, Any], messages: list[BaseMessage], recorder: Recorder, redact: Redact
) -> list[BaseMessage]:
    """Run a graph to its end and return all messages of its state.

    Raises:
        AgentError: If anything in it failed; without a chained traceback, which could show a key.
    """
    config: RunnableConfig = {"max_concurrency": 1, "recursion_limit": 100_000, "callbacks": [recorder]}
    try:
        state = graph.invoke({"messages": messages}, config=config)
        out = list(state["messages"])
        last = out[-1]
    except AgentError:
        raise
    except Exception as problem:  # every provider has errors of its own
        raise AgentError(f"{name}: {type(problem).__name__}: {redact(str(problem))}") from None
    if not isinstance(last, BaseMessage):
        raise AgentError(f"{name}: the graph's last message is {type(last).__name__}; expected a LangChain message")
    return out


def _declined(message: BaseMessage) -> bool:
    """Say whether the provider itself marks the answer as a refusal."""
    if not isinstance(message, AIMessage):
        return False
    ended = message.response_metadata.get("stop_reason") or message.response_metadata.get("finish_reason")
    return bool(message.additional_kwargs.get("refusal")) or ended in ("refusal", "content_filter")
