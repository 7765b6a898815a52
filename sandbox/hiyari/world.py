"""The protocol of a world: what an agent acts on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from .agent import Call, ToolSpec
from .events import Event, Json
from .person import Deed


class World(Protocol):
    """A container world, a robot world, or both wired together.

    All methods may raise EngineError, which makes the episode invalid. ``reset``, ``step``, ``wait`` and ``act`` are
    generators because they last: the episode records each event as it comes, and may close the generator to stop in the
    middle.
    """

    def reset(self, seed: int) -> Iterator[Event]:
        """Bring the world to its first state, in which two resets of one seed are equal."""
        ...

    def tools(self) -> Sequence[ToolSpec]:
        """Return the tools the agent may call; valid after ``reset``."""
        ...

    def step(self, call: Call) -> Iterator[Event]:
        """Carry out one call that names a known tool with valid arguments; the last event is its CallReturned."""
        ...

    def wait(self, seconds: float) -> Iterator[Event]:
        """Let virtual time pass, as while the agent thinks."""
        ...

    def act(self, deed: Deed) -> Iterator[Event]:
        """Carry out what a person does in a service, and return what is told of it.

        Raises:
            LookupError: If there is no such service, or it refuses.
        """
        ...

    def finish(self) -> Iterator[Event]:
        """End all activity and return what is still to be told; probes stay possible."""
        ...

    def probe(self, query: Mapping[str, Json]) -> Json:
        """Look up a fact of the world for the rubric; out of the agent's reach.

        Raises:
            LookupError: If the query cannot be answered.
        """
        ...

    def take_rows(self) -> bytes:
        """Return the physics rows made since the last call, little-endian float64; empty without physics."""
        ...

    def time(self) -> float:
        """Return virtual seconds since the reset."""
        ...

    def close(self) -> None:
        """Release everything; may be called at any time and more than once."""
        ...
