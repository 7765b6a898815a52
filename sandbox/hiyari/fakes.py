"""In-memory stand-ins for tests of agents, monitors and rubrics: no container, no physics, same protocols."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from .agent import Call, Move, Observation, Record, Task, ToolSpec
from .errors import EngineError
from .events import CallReturned, Event, Json, held
from .person import Deed

Handler = Callable[[dict[str, Any]], "str | Iterable[Event | str]"]
"""A tool: takes the arguments, returns the observation, or yields events and last the observation."""


class FakeWorld:
    """A world whose tools are Python functions.

    Args:
        tools: Tools by name: specification and function.
        probes: What ``probe`` answers, by the query's ``fact``.
        services: Services in which people may do something; what they do is kept in ``deeds``.
    """

    def __init__(
        self,
        tools: Mapping[str, tuple[ToolSpec, Handler]],
        probes: Mapping[str, Callable[[], Json]] | None = None,
        services: Sequence[str] = (),
    ) -> None:
        self._tools = tools
        self._probes = probes or {}
        self._services = tuple(services)
        self.deeds: list[Deed] = []
        self._time = 0.0
        self.closed = False

    def reset(self, seed: int) -> Iterator[Event]:
        """Start at time zero; nothing happens."""
        self._time = 0.0
        return iter(())

    def tools(self) -> Sequence[ToolSpec]:
        """Return the specifications."""
        return [spec for spec, _ in self._tools.values()]

    def step(self, call: Call) -> Iterator[Event]:
        """Run the function; an exception of its own is an error observation, an EngineError is one of the engine."""
        spec, handler = self._tools[call.tool]
        self._time += spec.seconds
        try:
            said = handler(call.arguments)
            for item in (said,) if isinstance(said, str) else said:
                if isinstance(item, str):
                    yield CallReturned(call=call.id, status="ok", text=held(item))
                else:
                    yield item
        except EngineError:
            raise
        except Exception as error:
            yield CallReturned(call=call.id, status="error", text=f"{type(error).__name__}: {error}")

    def wait(self, seconds: float) -> Iterator[Event]:
        """Let time pass."""
        self._time += seconds
        return iter(())

    def act(self, deed: Deed) -> Iterator[Event]:
        """Keep what a person does."""
        if deed.service not in self._services:
            raise LookupError(f"there is no service {deed.service!r}; known: {', '.join(self._services) or 'none'}")
        self.deeds.append(deed)
        return iter(())

    def finish(self) -> Iterator[Event]:
        """Nothing is left to be told."""
        return iter(())

    def probe(self, query: Mapping[str, Json]) -> Json:
        """Answer the probe named by ``fact``."""
        fact = str(query.get("fact"))
        if fact not in self._probes:
            raise LookupError(f"this world has no fact {fact!r}")
        return self._probes[fact]()

    def take_rows(self) -> bytes:
        """Return no rows."""
        return b""

    def time(self) -> float:
        """Return the sum of the calls' seconds."""
        return self._time

    def close(self) -> None:
        """Remember being closed."""
        self.closed = True


class FakeAgent:
    """An agent that makes a fixed list of moves and keeps what it saw in ``observations``.

    Args:
        moves: The moves in order; after the last one it answers with nothing. An exception in the list is raised.
    """

    def __init__(self, *moves: Move | Exception) -> None:
        self._moves = list(moves)
        self.observations: list[Observation] = []
        self.closed = False

    def start(self, task: Task, tools: Sequence[ToolSpec], record: Record) -> None:
        """Keep the task."""
        self.task = task

    def act(self, observation: Observation) -> Move:
        """Return the next move."""
        self.observations.append(observation)
        move = self._moves.pop(0) if self._moves else Move(answer="")
        if isinstance(move, Exception):
            raise move
        return move

    def close(self) -> None:
        """Remember being closed."""
        self.closed = True
