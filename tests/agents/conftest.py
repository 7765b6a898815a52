"""A way to drive an agent with tools that are Python functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from hiyari.agent import Agent, Move, Observation, Task, ToolSpec
from hiyari.events import CallReturned, Event, PersonSaid

Tools = Mapping[str, Callable[..., str]]


class Played:
    """What an agent did: its moves, what it recorded, how often it was asked."""

    def __init__(self) -> None:
        self.moves: list[Move] = []
        self.events: list[Event] = []

    @property
    def calls(self) -> list[tuple[str, Any]]:
        return [(call.tool, call.arguments) for move in self.moves for call in move.calls]

    @property
    def answer(self) -> str | None:
        return self.moves[-1].answer


@pytest.fixture
def play() -> Callable[..., Played]:
    """Return a function that plays an agent to its answer, or to its error."""

    def run(
        agent: Agent,
        tools: Tools | None = None,
        *,
        language: str = "en",
        most: int = 50,
        said: str = "",
        schemas: Mapping[str, dict[str, Any]] | None = None,
        played: Played | None = None,
    ) -> Played:
        handlers = tools or {}
        played = played or Played()
        specs = [
            ToolSpec(
                name=name, description=name, parameters=(schemas or {}).get(name, {"type": "object"}), server="test"
            )
            for name in handlers
        ]
        task = Task(text="Do it.", system="", language=language, seed=7)  # type: ignore[arg-type]
        try:
            agent.start(task, specs, played.events.append)
            news = (PersonSaid(person="operator", text=said),) if said else ()
            observation = Observation(said=news)
            for _ in range(most):
                move = agent.act(observation)
                played.moves.append(move)
                if move.answer is not None or not move.calls:
                    break
                observation = Observation(results=tuple(_carry_out(handlers, n, c) for n, c in enumerate(move.calls)))
        finally:
            agent.close()
        return played

    return run


def _carry_out(handlers: Tools, number: int, call: Any) -> CallReturned:
    if call.tool not in handlers or not isinstance(call.arguments, dict):
        return CallReturned(call=f"c{number}", status="error", text=f"Error: {call.tool!r} cannot be called like that")
    return CallReturned(call=f"c{number}", status="ok", text=handlers[call.tool](**call.arguments))
