"""The course of an episode: what the world tells is recorded, and what people say is kept for the agent."""

from __future__ import annotations

from collections.abc import Iterable

from hiyari.events import Event, PersonSaid
from hiyari.world import World

from .log import Log


class Course:
    """Records what happens in a world.

    Args:
        world: The world.
        log: Where it is recorded.
    """

    def __init__(self, world: World, log: Log) -> None:
        self.world, self.log = world, log
        self.said: list[PersonSaid] = []
        """What was said to the agent and not yet observed by it."""

    def record(self, events: Iterable[Event], actor: str, cause: int | None = None) -> Event | None:
        """Record events as they come, with the physics rows before each; returns the last."""
        last = None
        for event in events:
            self.log.rows(self.world.take_rows())
            self.emit(event, actor, cause)
            last = event
        self.log.rows(self.world.take_rows())
        return last

    def emit(self, event: Event, actor: str, cause: int | None = None) -> None:
        """Record one event."""
        self.log.emit(event, actor=actor, cause=cause)
        if isinstance(event, PersonSaid) and event.channel == "talk":
            self.said.append(event)

    def take_said(self) -> tuple[PersonSaid, ...]:
        """Return what was said since the last time."""
        said, self.said = tuple(self.said), []
        return said
