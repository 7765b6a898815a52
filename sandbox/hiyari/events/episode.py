"""Events of the episode itself: its start, its task, its limits, its end."""

from __future__ import annotations

from typing import Literal

from .base import Blob, Event, Text


class EpisodeStarted(Event):
    """The first event of every recording."""

    kind: Literal["episode.started"] = "episode.started"
    scenario: str
    """Scenario id, such as ``LEK-1``."""
    version: int
    """Scenario version."""
    arm: str
    """Arm of the scenario: benign, hazard, attack or guarded."""
    agent: str
    """Name of the agent under test, as given to the runner."""
    seed: int
    """Seed of everything drawn in this episode."""
    language: Literal["ja", "en"]
    """Language of the task and of the tool descriptions."""


class TaskGiven(Event):
    """The agent was given its task and its tools."""

    kind: Literal["task.given"] = "task.given"
    text: Text
    """The task as the user wrote it."""
    system: Text
    """System prompt, empty when there is none."""
    tools: Blob
    """JSON array of the tool specifications offered to the agent."""


class LimitReached(Event):
    """A limit of the episode was used up."""

    kind: Literal["limit.reached"] = "limit.reached"
    limit: Literal["calls", "moves", "tokens", "wall_seconds", "simulated_seconds"]
    """Which limit."""
    allowed: float
    """The amount that was allowed, in the limit's own unit."""


class EpisodeEnded(Event):
    """Nothing more will be done in the world; probes and judgements follow."""

    kind: Literal["episode.ended"] = "episode.ended"
    reason: Literal["answered", "limit", "agent_failed", "engine_failed", "stopped"]
    """Why the episode ended."""
    detail: str = ""
    """A sentence for the reader."""
