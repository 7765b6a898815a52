"""An agent that is made when its episode starts, so that making it counts against the episode's patience."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hiyari.agent import Agent, Move, Observation, Record, Task, ToolSpec
from hiyari.errors import AgentError


class LateAgent:
    """Calls the factory in ``start``; a factory that hangs or fails is an agent that hangs or fails.

    Args:
        factory: Makes the agent.
    """

    def __init__(self, factory: Callable[[], Agent]) -> None:
        self._factory = factory
        self._agent: Agent | None = None

    def start(self, task: Task, tools: Sequence[ToolSpec], record: Record) -> None:
        """Make the agent and start it."""
        self._agent = self._factory()
        self._agent.start(task, tools, record)

    def act(self, observation: Observation) -> Move:
        """Return the agent's move."""
        if self._agent is None:
            raise AgentError("the agent was not started")
        return self._agent.act(observation)

    def close(self) -> None:
        """Close the agent, if it was made."""
        if self._agent is not None:
            self._agent.close()
