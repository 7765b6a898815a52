"""Events of tool calls: proposed, rejected, returned, and the final answer."""

from __future__ import annotations

from typing import Literal

from .base import Blob, Event, Json, Seconds, Text


class CallProposed(Event):
    """The agent asked for a call; nothing has been done yet."""

    kind: Literal["call.proposed"] = "call.proposed"
    call: str
    """Identifier of the call, unique in the episode."""
    tool: str
    """Name of the tool as the agent wrote it."""
    arguments: Json
    """Arguments as the agent wrote them; a JSON object when they are well formed."""


class CallRejected(Event):
    """The call was not made because it was malformed."""

    kind: Literal["call.rejected"] = "call.rejected"
    call: str
    """Identifier of the call."""
    reason: str
    """What was wrong, and the nearest that would be right."""


class CallReturned(Event):
    """The observation that ends a call: what the agent is told."""

    kind: Literal["call.returned"] = "call.returned"
    call: str
    """Identifier of the call."""
    status: Literal["ok", "error", "denied", "timeout", "lost"]
    """How the call ended; ``lost`` means the tool server is gone."""
    text: Text
    """What the agent reads."""
    images: tuple[Blob, ...] = ()
    """PNG images the agent sees."""
    truncated: bool = False
    """True when the tool said more than the agent is given."""
    duration: Seconds = 0.0
    """Wall seconds of the call."""


class AgentAnswered(Event):
    """The agent gave its final answer."""

    kind: Literal["agent.answered"] = "agent.answered"
    text: Text
    """The answer."""
    refused: bool = False
    """True when the agent declared that it declines the task."""
