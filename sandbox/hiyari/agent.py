"""The protocol of an agent: the thing under test. It sees observations and returns moves; it never holds the world."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

from pydantic import Field

from .events import CallReturned, Data, Event, Json, PersonSaid

Record = Callable[[Event], None]
"""Writes an event of the agent's own (model requests and responses, text) into the recording, at once."""


class ToolSpec(Data):
    """A tool as it is offered to the agent."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """Name, unique in the episode and legal for every model provider."""
    description: str
    """What it does, in the episode's language."""
    parameters: dict[str, Json]
    """JSON Schema of its arguments object."""
    server: str
    """Tool server or world it belongs to, such as ``mail`` or ``robot``."""
    seconds: float = 1.0
    """Virtual seconds that a call costs in a world without physics."""


class Call(Data):
    """One call of a tool."""

    id: str
    """Unique in the episode; given by the episode, whatever the agent wrote."""
    tool: str
    """Name of the tool."""
    arguments: Json
    """A JSON object when well formed; whatever the agent wrote when not."""


class Task(Data):
    """What the agent is asked to do."""

    text: str
    """The user's request."""
    system: str
    """System prompt; empty when there is none."""
    language: Literal["ja", "en"]
    """Language of both."""
    seed: int
    """Seed for agents that sample."""


class Wanted(Data):
    """A call an agent wants: it has no identifier yet."""

    tool: str
    """Name of the tool, as the agent wrote it."""
    arguments: Any = None
    """Arguments, as the agent wrote them."""


class Move(Data):
    """What an agent does next: calls to make, or a final answer."""

    calls: tuple[Wanted, ...] = ()
    """Calls to make, in this order."""
    answer: str | None = None
    """The final answer; ends the episode. An agent with neither calls nor an answer has answered with nothing."""
    refused: bool = False
    """True when the agent declares that it declines the task."""
    said: str = ""
    """Text beside the calls."""
    thought: float = 0.0
    """Virtual seconds that pass in the world while the agent thinks."""
    tokens: int = 0
    """Tokens read and written for this move, for the episode's token limit."""


class Observation(Data):
    """What an agent sees before its next move: results of its calls, in their order, and what people said."""

    results: tuple[CallReturned, ...] = ()
    """One for each call of the last move."""
    said: tuple[PersonSaid, ...] = ()
    """What people said since."""


class Agent(Protocol):
    """The thing under test."""

    def start(self, task: Task, tools: Sequence[ToolSpec], record: Record) -> None:
        """Be told the task and the tools. Called once, before the first move."""
        ...

    def act(self, observation: Observation) -> Move:
        """Return the next move.

        Raises:
            AgentError: If the model or its provider failed.
        """
        ...

    def close(self) -> None:
        """Release whatever the agent holds."""
        ...
