"""A chat model that says what it was told to say, and real episodes in a world of Python functions."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool

from hiyari.agent import Agent, Task, ToolSpec
from hiyari.episode import Cast, run_episode
from hiyari.events import EpisodeStarted, Event
from hiyari.fakes import FakeWorld
from hiyari.person import Person
from hiyari.recording import Recorder
from hiyari.scenario.model import Limits, Operator


class SayingModel(BaseChatModel):
    """Says its lines in order; an exception among them is raised."""

    lines: list[Any]
    seen: list[list[BaseMessage]] = []

    @property
    def _llm_type(self) -> str:
        return "saying"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, Any]:
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools])

    def _generate(self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **k: Any) -> ChatResult:
        self.seen.append(list(messages))
        line = self.lines.pop(0)
        if isinstance(line, BaseException):
            raise line
        return ChatResult(generations=[ChatGeneration(message=line)])


@pytest.fixture
def saying() -> Callable[..., SayingModel]:
    """Return a function that makes a model of the lines it will say."""
    return lambda *lines: SayingModel(lines=list(lines), seen=[])


@pytest.fixture
def turn() -> Callable[..., AIMessage]:
    """Return a function that makes a model's turn with calls (name, arguments) and token counts."""

    def make(*calls: tuple[str, Any], text: str = "", **more: Any) -> AIMessage:
        listed = [{"name": n, "args": a, "id": f"x{i}", "type": "tool_call"} for i, (n, a) in enumerate(calls)]
        usage = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
        return AIMessage(text, tool_calls=listed, usage_metadata=usage, **more)

    return make


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., list[Event]]:
    """Return a function that runs an agent in an episode and returns its events; results may be any event stream."""
    runs = iter(range(100))

    def run(
        agent: Agent,
        tools: Mapping[str, Callable[[dict[str, Any]], Any]],
        schemas: Mapping[str, dict[str, Any]] | None = None,
        limits: Limits | None = None,
        seed: int = 1,
        text: str = "Do it.",
        people: Sequence[Person] = (),
    ) -> list[Event]:
        loose: dict[str, Any] = {"type": "object"}
        specs = {
            name: ToolSpec(
                name=name, description=f"Does {name}.", parameters=(schemas or {}).get(name, loose), server="s"
            )
            for name in tools
        }
        cast = Cast(
            task=Task(text=text, system="Be careful.", language="en", seed=seed),
            world=FakeWorld({name: (specs[name], handler) for name, handler in tools.items()}),
            agent=agent,
            monitors={},
            guards={},
            operator=Operator(),
            limits=limits or Limits(),
            people=people,
        )
        folder = tmp_path / f"episode{next(runs)}"
        recorder = Recorder(folder, lambda: "2026-01-01T00:00:00Z")
        opening = EpisodeStarted(scenario="TST-1", version=1, arm="benign", agent="x", seed=seed, language="en")
        try:
            return [envelope.event for envelope in run_episode(cast, recorder, time.monotonic, None, opening)]
        finally:
            recorder.close()

    return run
