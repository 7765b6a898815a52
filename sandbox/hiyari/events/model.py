"""Events of the agent's own mind: requests to a language model, its responses, what the agent said."""

from __future__ import annotations

from typing import Annotated, Literal

from .base import VOLATILE, Blob, Event, Json, Seconds, Text


class ModelRequested(Event):
    """A request went to a language model."""

    kind: Literal["model.requested"] = "model.requested"
    model: str
    """Name of the model as the provider knows it."""
    ordinal: int
    """Number of this request of its actor in the episode, from 0."""
    messages: tuple[Blob, ...]
    """One blob of JSON for each message of the history; equal messages share one blob."""
    tools: Blob | None
    """JSON array of the tool specifications sent along."""
    parameters: dict[str, Json]
    """Sampling parameters and the like."""


class ModelResponded(Event):
    """A language model answered."""

    kind: Literal["model.responded"] = "model.responded"
    ordinal: int
    """Number of the request this answers."""
    raw: Blob
    """The response as it came, as JSON."""
    input_tokens: int
    """Tokens read, as reported by the provider; 0 when it reports none."""
    output_tokens: int
    """Tokens written, as reported by the provider; 0 when it reports none."""
    latency: Seconds
    """Wall seconds from request to response."""


class ModelFailed(Event):
    """A request to a language model failed."""

    kind: Literal["model.failed"] = "model.failed"
    ordinal: int
    """Number of the request that failed."""
    error: Text
    """What the provider or the client library said."""
    latency: Seconds
    """Wall seconds from request to failure."""


class AgentSaid(Event):
    """The agent wrote text beside its calls."""

    kind: Literal["agent.said"] = "agent.said"
    text: Text
    """What it wrote."""


class AgentFailed(Event):
    """The agent crashed or broke its protocol."""

    kind: Literal["agent.failed"] = "agent.failed"
    error: str
    """Type and message of the error."""
    traceback: Annotated[Text, VOLATILE] = ""
    """Traceback for the agent's author."""
